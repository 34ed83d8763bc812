package dev.spillway.processor;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The attempt that one worker is making, if it is making one, and the only way to interrupt it for taking too long. The lock sees
 * to it that an interrupt meets the attempt that was overdue, never what the worker does next: publishing, or another record.
 */
final class Attempt {
    private final ReentrantLock lock = new ReentrantLock();
    private final Duration timeout;

    @GuardedBy("lock")
    private @Nullable Thread thread;

    @GuardedBy("lock")
    private long startedAt;

    @GuardedBy("lock")
    private boolean overdue;

    Attempt(Duration timeout) {
        this.timeout = timeout;
    }

    /** The calling worker begins an attempt. */
    void begin(long nowNanos) {
        lock.lock();
        try {
            thread = Thread.currentThread();
            startedAt = nowNanos;
            overdue = false;
        } finally {
            lock.unlock();
        }
    }

    /**
     * The calling worker has ended its attempt.
     *
     * @return whether it was interrupted for taking too long; that interrupt is used up
     */
    boolean end() {
        lock.lock();
        try {
            thread = null;
            if (overdue) {
                Thread.interrupted();
            }
            return overdue;
        } finally {
            lock.unlock();
        }
    }

    /** Interrupts the attempt if there is one that takes too long. Any thread. */
    void interruptIfOverdue(long nowNanos) {
        lock.lock();
        try {
            if (thread != null && !overdue && nowNanos - startedAt >= timeout.toNanos()) {
                overdue = true;
                thread.interrupt();
            }
        } finally {
            lock.unlock();
        }
    }
}
