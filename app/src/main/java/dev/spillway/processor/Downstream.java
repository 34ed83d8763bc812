package dev.spillway.processor;

import java.util.concurrent.atomic.LongAdder;

/**
 * How what the processor depends on has answered lately, and whether it counts as down: then failures use up nobody's retries. Any
 * thread; whoever watches the counts declares it {@linkplain #declare down or up}.
 */
public final class Downstream {
    private final LongAdder answered = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private volatile boolean down;

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

    /** Declares it down or up. */
    public void declare(boolean isDown) {
        down = isDown;
    }

    public boolean isDown() {
        return down;
    }
}
