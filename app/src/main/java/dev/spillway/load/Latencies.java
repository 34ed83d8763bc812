package dev.spillway.load;

import java.time.Duration;
import org.HdrHistogram.Histogram;

/**
 * How long after their due times records were acknowledged; all zero where none was.
 *
 * @param p50 half of them took no longer
 * @param p90 nine in ten
 * @param p99 99 in a hundred
 * @param p999 999 in a thousand
 * @param max the longest
 */
public record Latencies(Duration p50, Duration p90, Duration p99, Duration p999, Duration max) {
    /** Of no record. */
    public static final Latencies NONE = of(new Histogram(1));

    static Latencies of(Histogram nanos) {
        return new Latencies(
                at(nanos, 50), at(nanos, 90), at(nanos, 99), at(nanos, 99.9), Duration.ofNanos(nanos.getMaxValue()));
    }

    private static Duration at(Histogram nanos, double percentile) {
        return Duration.ofNanos(Math.min(nanos.getValueAtPercentile(percentile), nanos.getMaxValue()));
    }
}
