package dev.spillway.bench;

import java.time.Duration;

/**
 * How fast a count grows, and what each step costs, between the first and the last time that it was seen to change. Transactions
 * make it grow in leaps, so the time in which it was looked at would count for too many leaps or too few. For one thread.
 */
final class SteadyRate {
    private static final long NOTHING = -1;

    private long latest = NOTHING;
    private int changes;
    private Observation first = new Observation(0, 0, Duration.ZERO);
    private Observation last = first;

    private record Observation(long nanos, long count, Duration cpu) {}

    /** In the order of time. */
    void see(long nanos, long count, Duration cpu) {
        if (latest != NOTHING && count != latest) {
            last = new Observation(nanos, count, cpu);
            if (changes == 0) {
                first = last;
            }
            changes++;
        }
        latest = count;
    }

    /** Whether it changed often enough. */
    boolean isKnown() {
        return changes > 1;
    }

    double perSecond() {
        return (last.count - first.count) / ((last.nanos - first.nanos) / 1e9);
    }

    double cpuMicrosPerRecord() {
        return last.cpu.minus(first.cpu).toNanos() / 1e3 / (last.count - first.count);
    }
}
