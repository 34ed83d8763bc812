package dev.spillway.inspect;

import java.time.Instant;

/**
 * When something was decided.
 *
 * @param start the first moment
 * @param end the moment after the last one, or {@link Instant#MAX}
 */
public record TimeWindow(ReadStart start, Instant end) {
    /** All there is. */
    public static final TimeWindow ALWAYS = new TimeWindow(new ReadStart.Beginning(), Instant.MAX);

    public boolean contains(Instant at) {
        return at.isBefore(end) && !(start instanceof ReadStart.Since since && at.isBefore(since.instant()));
    }
}
