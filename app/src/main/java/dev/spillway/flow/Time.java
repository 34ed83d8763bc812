package dev.spillway.flow;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;

/**
 * The only clock of the program, and the only way to wait for time to pass: tests put in one that they move by hand. Safe for
 * use by all threads.
 */
public interface Time {
    /** The system's clocks. */
    static Time system() {
        return SystemTime.INSTANCE;
    }

    /** A monotonic time in nanoseconds, with an arbitrary origin, as {@link System#nanoTime()}. */
    long nanoTime();

    /** Milliseconds since 1970, as {@link System#currentTimeMillis()}; it may jump. */
    long currentTimeMillis();

    /**
     * Waits until the condition is signalled or the deadline has come, whichever is first; may return without a reason, as
     * {@link Condition#awaitNanos(long)} may. It is a deadline, and not a duration, so that a loop of waits does not begin anew
     * with each of them when the clock moves in between.
     *
     * @param lock the lock that the condition belongs to, held by the caller
     * @param deadlineNanos by {@link #nanoTime()}
     * @return what is left of the time, in nanoseconds, 0 or less when it has passed
     */
    long awaitUntil(Lock lock, Condition condition, long deadlineNanos) throws InterruptedException;

    /** {@link #nanoTime()} in whole milliseconds. */
    default long milliTime() {
        return TimeUnit.NANOSECONDS.toMillis(nanoTime());
    }
}
