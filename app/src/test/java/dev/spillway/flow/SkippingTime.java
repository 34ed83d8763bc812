package dev.spillway.flow;

import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;

/** A clock for tests with one thread: whoever waits in it finds that the time has passed. It moves in no other way but by hand. */
public final class SkippingTime implements Time {
    private static final long START_MILLIS = 1_700_000_000_000L;

    private long nanos;

    @Override
    public long nanoTime() {
        return nanos;
    }

    @Override
    public long currentTimeMillis() {
        return START_MILLIS + nanos / 1_000_000;
    }

    /** Moves the time on. */
    public void advance(Duration step) {
        nanos += step.toNanos();
    }

    @Override
    public long awaitUntil(Lock lock, Condition condition, long deadlineNanos) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        nanos = Math.max(nanos, deadlineNanos);
        return 0;
    }
}
