package dev.spillway.processor;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * How many of a stage's workers may be at work at once, found out by how long attempts take: a service that is asked for more than it can
 * do at once lets everybody wait, and at last fails. After Vegas, which takes a rise of the delay over the shortest one for the queue that
 * it is (Brakmo, Peterson: TCP Vegas, IEEE JSAC 13/8, 1995), with the additive increase and multiplicative decrease that converge
 * (Chiu, Jain: Analysis of the Increase and Decrease Algorithms, 1989).
 *
 * <p>Attempts are judged in windows. Where they took more than {@value #TOLERANCE} times as long as when the service was at leisure, the
 * limit falls by as much, by half at most; where more than one in ten failed in a way that may pass, it halves. Otherwise, if it was made
 * use of, it rises by a tenth, by one at least. What is measured at a limit of one is leisure by definition: so a service that has
 * become slower for good is believed, after the limit has gone down to one for that, once.
 *
 * <p>A worker holds a permit from before it takes a record until it is done with it, so that no record waits for one in anybody's hands.
 * One lock guards all state; {@code freed} means that a permit may be free. Any thread.
 */
final class ConcurrencyLimit {
    private static final int SMALLEST_WINDOW = 20;
    private static final int FIRST_LIMIT = 4;
    private static final double TOLERANCE = 2;
    private static final double STEEPEST = 0.5;
    private static final double FAILED_SHARE = 0.1;

    private final int most;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition freed = lock.newCondition();

    @GuardedBy("lock")
    private int limit;

    @GuardedBy("lock")
    private int held;

    @GuardedBy("lock")
    private int working;

    /** Of the present window. */
    @GuardedBy("lock")
    private int mostWorking;

    @GuardedBy("lock")
    private long attempts;

    @GuardedBy("lock")
    private long failures;

    @GuardedBy("lock")
    private long nanos;

    /** The mean of the quickest window; 0 before there was one. */
    @GuardedBy("lock")
    private double leisureNanos;

    /** A limit that is never above the number of workers. */
    ConcurrencyLimit(int workers) {
        this.most = workers;
        this.limit = Math.min(workers, FIRST_LIMIT);
    }

    /** How many may be at work at once now. */
    int limit() {
        lock.lock();
        try {
            return limit;
        } finally {
            lock.unlock();
        }
    }

    /** Waits for a permit. */
    void acquire() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (held >= limit) {
                freed.await();
            }
            held++;
        } catch (InterruptedException e) {
            freed.signal(); // it may have been meant for this one
            throw e;
        } finally {
            lock.unlock();
        }
    }

    /** Notes that who holds a permit has got a record. */
    void begin() {
        lock.lock();
        try {
            mostWorking = Math.max(mostWorking, ++working);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Notes how that ended.
     *
     * @param count how many attempts it was; 0 where what was taken had come to nothing, which tells nothing of the service
     * @param failed how many of them failed in a way that may pass
     * @param tookNanos how long all of them took together
     */
    void end(int count, int failed, long tookNanos) {
        lock.lock();
        try {
            working--;
            if (count == 0) {
                return;
            }
            attempts += count;
            failures += Math.min(failed, count); // the records of a batch may fail each for itself, and are one attempt
            nanos += tookNanos;
            if (attempts >= Math.max(SMALLEST_WINDOW, 2L * limit)) {
                judge();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Gives a permit back. */
    void release() {
        lock.lock();
        try {
            held--;
            freed.signal();
        } finally {
            lock.unlock();
        }
    }

    @GuardedBy("lock")
    private void judge() {
        double mean = Math.max(1, (double) nanos / attempts);
        if (limit == 1 || leisureNanos == 0 || mean < leisureNanos) {
            leisureNanos = mean;
        }
        if (failures > FAILED_SHARE * attempts) {
            limitTo((int) (limit * STEEPEST));
        } else if (mean > TOLERANCE * leisureNanos) {
            limitTo((int) (limit * Math.max(STEEPEST, TOLERANCE * leisureNanos / mean)));
        } else if (2 * mostWorking >= limit) {
            limitTo(limit + Math.max(1, limit / 10));
        }
        attempts = 0;
        failures = 0;
        nanos = 0;
        mostWorking = working;
    }

    @GuardedBy("lock")
    private void limitTo(int wanted) {
        limit = Math.max(1, Math.min(most, wanted));
        freed.signalAll();
    }
}
