package dev.spillway.load;

import dev.spillway.flow.Time;

/** The time since a load's start. Immutable. */
final class LoadClock {
    private final Time time;
    private final long startNanos;
    private final long startMillis;

    /** Starts now. */
    LoadClock(Time time) {
        this.time = time;
        this.startNanos = time.nanoTime();
        this.startMillis = time.currentTimeMillis();
    }

    Time time() {
        return time;
    }

    /** Nanoseconds since the start. */
    long elapsed() {
        return time.nanoTime() - startNanos;
    }

    /** Milliseconds since 1970 at a moment, in nanoseconds since the start. */
    long timestamp(long nanos) {
        return startMillis + nanos / 1_000_000;
    }
}
