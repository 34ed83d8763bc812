package dev.spillway.load;

import dev.spillway.flow.Time;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;

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

    /**
     * Waits until the condition is signalled or so many nanoseconds have passed since the start; may return without a reason.
     *
     * @param lock the lock that the condition belongs to, held by the caller
     */
    void awaitUntil(Lock lock, Condition condition, long nanos) throws InterruptedException {
        time.awaitUntil(lock, condition, startNanos + nanos);
    }

    /** Milliseconds since 1970 at a moment, in nanoseconds since the start. */
    long timestamp(long nanos) {
        return startMillis + nanos / 1_000_000;
    }
}
