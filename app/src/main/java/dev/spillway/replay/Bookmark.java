package dev.spillway.replay;

import dev.spillway.inspect.ReadStart;
import dev.spillway.inspect.TimeWindow;
import java.time.Instant;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a replay leaves with the offsets that it commits, so that a repetition goes on with the same selection: "the last hour" is
 * the hour before the first run, whenever the replay is repeated. Where the tombstone at the committed offset stands for several records,
 * it says how many of them were passed, too: a transaction need not hold all of them.
 *
 * @param fingerprint of the options, as {@link ReplayOptions#fingerprint()} makes it
 * @param window when what is put back was decided, with "now" and "ago" made out at the first run
 */
record Bookmark(String fingerprint, TimeWindow window) {
    private static final Pattern READ =
            Pattern.compile("spillway replay (\\S+) from (\\S+) to (\\S+)(?: within (\\d{1,9}))?");
    private static final String BEGINNING = "beginning";

    /**
     * The metadata of a committed offset.
     *
     * @param within how many records of the tombstone at that offset were passed
     */
    String text(long within) {
        String from = window.start() instanceof ReadStart.Since since
                ? since.instant().toString()
                : BEGINNING;
        String place = within == 0 ? "" : " within " + within;
        return String.format("spillway replay %s from %s to %s%s", fingerprint, from, window.end(), place);
    }

    /** Reads what {@link #text} wrote; empty when the text is something else. */
    static Optional<Bookmark> parse(String text) {
        Matcher form = READ.matcher(text);
        if (!form.matches()) {
            return Optional.empty();
        }
        ReadStart start = form.group(2).equals(BEGINNING)
                ? new ReadStart.Beginning()
                : new ReadStart.Since(Instant.parse(form.group(2)));
        return Optional.of(new Bookmark(form.group(1), new TimeWindow(start, Instant.parse(form.group(3)))));
    }

    /** How many records of the tombstone at the committed offset were passed. */
    static long within(String text) {
        Matcher form = READ.matcher(text);
        return form.matches() && form.group(4) != null ? Long.parseLong(form.group(4)) : 0;
    }
}
