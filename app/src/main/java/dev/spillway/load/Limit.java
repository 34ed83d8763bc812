package dev.spillway.load;

import java.time.Duration;

/**
 * When a load ends.
 *
 * @param records how many records it has at most, at least 1
 * @param nanos the time from its start after which no record falls due, more than 0
 */
public record Limit(long records, long nanos) {
    public Limit {
        if (records < 1 || nanos < 1) {
            throw new IllegalArgumentException("a load needs at least one record, and time for it");
        }
    }

    /** So many records, however long it takes. */
    public static Limit records(long records) {
        return new Limit(records, Long.MAX_VALUE);
    }

    /** So long, however many records that are. */
    public static Limit time(Duration duration) {
        return new Limit(Long.MAX_VALUE, duration.toNanos());
    }

    boolean isTimed() {
        return nanos != Long.MAX_VALUE;
    }
}
