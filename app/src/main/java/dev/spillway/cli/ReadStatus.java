package dev.spillway.cli;

import dev.spillway.flow.Time;
import dev.spillway.inspect.ReadProgress;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** Shows how reading goes on where a person looks, and says what is waited for anywhere. Used by one thread. */
final class ReadStatus implements ReadProgress {
    private static final long BETWEEN = TimeUnit.MILLISECONDS.toNanos(200);

    private final StatusLine status;
    private final PrintWriter err;
    private final boolean terminal;
    private final Time time;
    private long shownAt;

    ReadStatus(Session session) {
        this.status = new StatusLine(session.err());
        this.err = session.err();
        this.terminal = session.terminal();
        this.time = session.time();
        this.shownAt = time.nanoTime();
    }

    @Override
    public void read(String what, long done, long total) {
        long now = time.nanoTime();
        if (terminal && now - shownAt >= BETWEEN) {
            shownAt = now;
            status.show(String.format(Locale.ROOT, "reading %s: %,d of %,d", what, done, total));
        }
    }

    @Override
    public void waiting(String why) {
        status.clear();
        err.println(why);
    }

    /** Leaves the terminal as if nothing had been shown. */
    void end() {
        status.clear();
    }
}
