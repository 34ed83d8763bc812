package dev.spillway.processor;

import dev.spillway.sink.Delivery;
import java.util.concurrent.atomic.LongAdder;

/**
 * How what the processor depends on has answered lately, and whether it counts as down: then failures use up nobody's retries. Any
 * thread; whoever watches the counts {@linkplain #declareDown declares it down} or up.
 */
public final class Downstream {
    private final LongAdder answered = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private volatile boolean down;
    private volatile boolean wasDown;
    private volatile long upSinceNanos;

    void add(long moreAnswered, long moreFailed) {
        if (moreAnswered > 0) {
            answered.add(moreAnswered);
        }
        if (moreFailed > 0) {
            failed.add(moreFailed);
        }
    }

    /** How many attempts came to an end that another attempt would not change: a result, or a permanent failure. */
    public long answered() {
        return answered.sum();
    }

    /** How many attempts failed in a way that may pass: an exception, a time-out. */
    public long failed() {
        return failed.sum();
    }

    /** Declares it down. */
    public void declareDown() {
        down = true;
    }

    /**
     * Declares it up again.
     *
     * @param nowNanos the time on the clock that records are queued by
     */
    public void declareUp(long nowNanos) {
        upSinceNanos = nowNanos;
        wasDown = true;
        down = false;
    }

    /**
     * Whether one more failure of a record says something about the service. It says nothing when the record has failed before and was
     * here already when another one showed that the service is up: then it may be the record.
     */
    boolean isBlamedFor(Delivery failed) {
        return !failed.hasFailedBefore() || !wasDown || failed.queuedAtNanos() - upSinceNanos > 0;
    }

    public boolean isDown() {
        return down;
    }
}
