package dev.spillway.testing;

import dev.spillway.flow.Time;
import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;

/**
 * A clock that stands still until the test moves it. Only a processor that waits moves it, too: it is alone in the only thread. Whoever
 * else would wait finds at once that there is nothing to wait for.
 */
final class DriverTime implements Time {
    private static final long START_MILLIS = 1_700_000_000_000L;

    /** How often it is looked whether an attempt has taken too long. */
    private static final long STEP_NANOS = Duration.ofMillis(1).toNanos();

    private long nanos;
    private boolean processing;
    private Runnable watcher = () -> {};

    /** Who interrupts an attempt that takes too long. */
    void watchedBy(Runnable newWatcher) {
        watcher = newWatcher;
    }

    void setProcessing(boolean isProcessing) {
        processing = isProcessing;
    }

    boolean isProcessing() {
        return processing;
    }

    void advance(long step) {
        nanos += step;
    }

    /** Lets time pass for the processor, or as much of it as its attempt has left. */
    void sleep(long wait) throws InterruptedException {
        watcher.run();
        for (long left = wait; left > 0; left -= STEP_NANOS) {
            nanos += Math.min(left, STEP_NANOS);
            watcher.run();
            if (Thread.interrupted()) {
                throw new InterruptedException("the attempt was interrupted");
            }
        }
    }

    @Override
    public long nanoTime() {
        return nanos;
    }

    @Override
    public long currentTimeMillis() {
        return START_MILLIS + nanos / STEP_NANOS;
    }

    @Override
    public long awaitUntil(Lock lock, Condition condition, long deadlineNanos) throws InterruptedException {
        if (processing) {
            sleep(deadlineNanos - nanos);
        }
        return 0;
    }
}
