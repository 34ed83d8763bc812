package dev.spillway.flow;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Tells one waiting thread that something may have changed. A signal that comes while nobody waits is kept for the next wait;
 * several are kept as one. Raised by any thread.
 */
public final class Signal {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition raisedCondition = lock.newCondition();
    private final Time time;

    @GuardedBy("lock")
    private boolean raised;

    public Signal(Time time) {
        this.time = time;
    }

    /** Ends the present wait, or the next one. */
    public void raise() {
        lock.lock();
        try {
            raised = true;
            raisedCondition.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Waits for a signal, for so long at most, and consumes it. */
    public void await(Duration timeout) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long left = timeout.toNanos();
            long deadline = time.nanoTime() + left;
            while (!raised && left > 0) {
                left = time.awaitUntil(lock, raisedCondition, deadline);
            }
            raised = false;
        } finally {
            lock.unlock();
        }
    }
}
