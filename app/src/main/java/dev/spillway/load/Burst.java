package dev.spillway.load;

import java.time.Duration;

/**
 * Additional records that fall due all at once, again and again.
 *
 * @param records how many, at least 1
 * @param every the time between two bursts, and before the first; more than 0
 */
public record Burst(long records, Duration every) {
    public Burst {
        if (records < 1 || every.isZero() || every.isNegative()) {
            throw new IllegalArgumentException("a burst needs records and a time between bursts");
        }
    }
}
