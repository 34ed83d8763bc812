package dev.spillway.simulation;

import java.time.Duration;

/** The time of the whole simulated world. */
final class Clock {
    private long nanos;

    long nanos() {
        return nanos;
    }

    void advance(Duration step) {
        nanos += step.toNanos();
    }
}
