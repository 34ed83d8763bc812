package dev.spillway.processor;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The attempt that one worker is making, if it is making one, and the only way to interrupt it for taking too long. An interrupt meets
 * the attempt that was overdue, never what the worker does next: publishing, or another record.
 *
 * <p>A worker that is quick begins millions of attempts, so it neither locks nor reads a clock for one. How long an attempt takes is
 * measured from when the watcher first saw it: it may take longer than its time-out by the interval between two looks, never less.
 *
 * <p>Threads: the worker begins and ends; one other thread watches.
 */
final class Attempt {
    /** Between two attempts; then comes the number of the last attempt, times {@link #STATES}. */
    private static final int IDLE = 0;

    private static final int RUNNING = 1;
    /** Decided, not yet done: the worker waits for what is coming. */
    private static final int INTERRUPTING = 2;

    private static final int INTERRUPTED = 3;
    private static final int STATES = 4;

    private final AtomicLong state = new AtomicLong(IDLE);
    private final long timeoutNanos;

    /** The worker's; the watcher reads it after it has read a state that the worker wrote later. */
    private @Nullable Thread thread;

    /** The watcher's: the running attempt that it saw last, and when it saw it first. */
    private long seen;

    private long seenAtNanos;

    Attempt(Duration timeout) {
        this.timeoutNanos = timeout.toNanos();
    }

    /** The calling worker begins an attempt. */
    void begin() {
        thread = Thread.currentThread();
        state.setRelease(state.getPlain() + STATES + RUNNING);
    }

    /**
     * The calling worker has ended its attempt.
     *
     * @return whether it was interrupted for taking too long; that interrupt is used up
     */
    boolean end() {
        long running = state.getPlain() / STATES * STATES + RUNNING;
        if (state.compareAndSet(running, running - RUNNING)) {
            return false;
        }
        while (state.get() % STATES != INTERRUPTED) {
            Thread.onSpinWait();
        }
        state.setRelease(running - RUNNING);
        Thread.interrupted();
        return true;
    }

    /** Makes visible to the calling thread what the worker did before it began its last attempt. Any thread. */
    void acquire() {
        state.getAcquire();
    }

    /** Interrupts the attempt if there is one that takes too long. */
    void interruptIfOverdue(long nowNanos) {
        long now = state.get();
        if (now % STATES != RUNNING) {
            return;
        }
        if (now != seen) {
            seen = now;
            seenAtNanos = nowNanos;
        } else if (nowNanos - seenAtNanos >= timeoutNanos && state.compareAndSet(now, now - RUNNING + INTERRUPTING)) {
            if (thread != null) {
                thread.interrupt();
            }
            state.set(now - RUNNING + INTERRUPTED);
        }
    }
}
