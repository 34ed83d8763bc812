package dev.spillway.flow;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A clock that stands still until a test moves it. Threads that wait in it are woken by the step that makes their wait pass,
 * and by nothing else than that and the signals of their own condition. Safe for use by all threads.
 *
 * <p>{@code mutex} guards the clock's state; {@code arrived} means that one more thread waits. A waiter takes the mutex while it
 * holds its own lock, so {@link #advance} never takes a waiter's lock while it holds the mutex. No wake-up is lost by that: a waiter
 * is known here before its condition releases its lock, and it is signalled under that lock.
 */
public final class ManualTime implements Time {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final ReentrantLock mutex = new ReentrantLock();
    private final Condition arrived = mutex.newCondition();

    @GuardedBy("mutex")
    private final List<Waiter> waiters = new ArrayList<>();

    @GuardedBy("mutex")
    private long nanos = TimeUnit.HOURS.toNanos(1);

    /** How far the wall clock is ahead of the monotonic one. */
    @GuardedBy("mutex")
    private long wallClockOffsetMillis = 1_700_000_000_000L;

    @Override
    public long nanoTime() {
        mutex.lock();
        try {
            return nanos;
        } finally {
            mutex.unlock();
        }
    }

    @Override
    public long currentTimeMillis() {
        mutex.lock();
        try {
            return wallClockOffsetMillis + TimeUnit.NANOSECONDS.toMillis(nanos);
        } finally {
            mutex.unlock();
        }
    }

    /** Makes the wall clock jump; the monotonic clock, by which waits are measured, does not notice. */
    public void setCurrentTimeMillis(long millis) {
        mutex.lock();
        try {
            wallClockOffsetMillis = millis - TimeUnit.NANOSECONDS.toMillis(nanos);
        } finally {
            mutex.unlock();
        }
    }

    /**
     * Moves both clocks on, and wakes those whose wait has passed by that.
     *
     * @param step at least zero
     */
    public void advance(Duration step) {
        if (step.isNegative()) {
            throw new IllegalArgumentException("time does not run backwards: " + step);
        }
        for (Waiter waiter : moveAndRemoveDue(step.toNanos())) {
            waiter.wake();
        }
    }

    /** How many threads wait for time to pass; one that has been woken by {@link #advance} does not count any more. */
    public int waiting() {
        mutex.lock();
        try {
            return waiters.size();
        } finally {
            mutex.unlock();
        }
    }

    /**
     * Returns when at least so many threads wait for time to pass.
     *
     * @throws AssertionError when that does not come about within 20 seconds of real time
     */
    public void awaitWaiting(int threads) {
        mutex.lock();
        try {
            long left = PATIENCE.toNanos();
            while (waiters.size() < threads) {
                if (left <= 0) {
                    throw new AssertionError(waiters.size() + " threads wait for time to pass, not " + threads);
                }
                left = arrived.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while " + threads + " threads were expected to wait", e);
        } finally {
            mutex.unlock();
        }
    }

    @Override
    @SuppressWarnings("WaitNotInLoop") // the caller's loop is where the condition's meaning is known
    public long awaitUntil(Lock lock, Condition condition, long deadlineNanos) throws InterruptedException {
        Waiter waiter = enter(lock, condition, deadlineNanos);
        if (waiter != null) {
            try {
                condition.await();
            } finally {
                leave(waiter);
            }
        }
        return deadlineNanos - nanoTime();
    }

    /** Null when the deadline has come: nobody would wake such a waiter. */
    private @Nullable Waiter enter(Lock lock, Condition condition, long deadline) {
        mutex.lock();
        try {
            if (deadline - nanos <= 0) {
                return null;
            }
            Waiter waiter = new Waiter(lock, condition, deadline);
            waiters.add(waiter);
            arrived.signalAll();
            return waiter;
        } finally {
            mutex.unlock();
        }
    }

    private void leave(Waiter waiter) {
        mutex.lock();
        try {
            waiters.remove(waiter);
        } finally {
            mutex.unlock();
        }
    }

    private List<Waiter> moveAndRemoveDue(long step) {
        mutex.lock();
        try {
            nanos += step;
            long now = nanos;
            List<Waiter> due = waiters.stream()
                    .filter(waiter -> waiter.deadline - now <= 0)
                    .toList();
            waiters.removeAll(due);
            return due;
        } finally {
            mutex.unlock();
        }
    }

    /** One thread's wait. Not a record: each is only equal to itself. */
    private static final class Waiter {
        private final Lock lock;
        private final Condition condition;
        private final long deadline;

        Waiter(Lock lock, Condition condition, long deadline) {
            this.lock = lock;
            this.condition = condition;
            this.deadline = deadline;
        }

        /** Wakes everybody on the condition: those whose time has not come go on waiting, as their loops have to allow for. */
        void wake() {
            lock.lock();
            try {
                condition.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }
}
