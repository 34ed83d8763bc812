package dev.spillway.cli;

import dev.spillway.load.LoadListener;
import dev.spillway.load.LoadReport;
import dev.spillway.load.Schedule;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;

/** Shows how a load goes on: a bar that is rewritten where a person looks, else a line every few seconds. */
final class LoadProgress implements LoadListener {
    private static final int BAR = 24;
    private static final Duration BETWEEN_LINES = Duration.ofSeconds(5);

    private final StatusLine status;
    private final PrintWriter err;
    private final boolean terminal;
    private final long total;
    private Duration nextLine = BETWEEN_LINES;

    private LoadProgress(Session session, long total) {
        this.status = new StatusLine(session.err());
        this.err = session.err();
        this.terminal = session.terminal();
        this.total = total;
    }

    /** @param total how many records there will be, or {@link Schedule#UNKNOWN} */
    static LoadProgress of(Session session, long total) {
        return new LoadProgress(session, total);
    }

    @Override
    public void progress(LoadReport soFar) {
        if (terminal) {
            status.show((total == Schedule.UNKNOWN ? "" : bar(soFar.handedOver()) + " ") + numbers(soFar));
        } else if (soFar.elapsed().compareTo(nextLine) >= 0) {
            nextLine = soFar.elapsed().plus(BETWEEN_LINES);
            err.println(numbers(soFar));
        }
    }

    /** Leaves the terminal as if nothing had been shown. */
    void end() {
        status.clear();
    }

    private String bar(long done) {
        int full = (int) Math.min(BAR, BAR * done / Math.max(1, total));
        return "[" + "#".repeat(full) + "-".repeat(BAR - full) + "]"
                + String.format(Locale.ROOT, "%4d%%", 100 * done / Math.max(1, total));
    }

    private static String numbers(LoadReport soFar) {
        String text = String.format(Locale.ROOT, "%,d sent, %,.0f/s", soFar.handedOver(), soFar.perSecond());
        if (soFar.failed() > 0) {
            text += String.format(Locale.ROOT, ", %,d failed", soFar.failed());
        }
        return soFar.late() > 0 ? text + ", up to " + DurationText.of(soFar.latest()) + " late" : text;
    }
}
