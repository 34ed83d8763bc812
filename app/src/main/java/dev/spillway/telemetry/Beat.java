package dev.spillway.telemetry;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Once a second, for those who wait for it. {@code beaten} means that the number has grown or that there will be no further one. Any thread.
 */
final class Beat implements AutoCloseable {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition beaten = lock.newCondition();

    @GuardedBy("lock")
    private long number;

    @GuardedBy("lock")
    private boolean closed;

    /** Lets those go on who wait. */
    void next() {
        lock.lock();
        try {
            number++;
            beaten.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** The number of the last one. */
    long last() {
        lock.lock();
        try {
            return number;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits for one that comes after the given one.
     *
     * @return its number; -1 when none will come any more
     */
    long awaitAfter(long seen) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (number <= seen && !closed) {
                beaten.await();
            }
            return closed ? -1 : number;
        } finally {
            lock.unlock();
        }
    }

    /** Ends all waits. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            beaten.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
