package dev.spillway.flow;

import java.time.Duration;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;

/**
 * A clock for code that one thread runs and that waits in between: to wait is to move the clock, so that a deadline passes without any
 * real time. What others would do meanwhile is scheduled, and done in the waiting thread when its time has come. For one thread.
 */
public final class PassingTime implements Time {
    private static final long WALL_CLOCK_MILLIS = 1_700_000_000_000L;

    private final PriorityQueue<Event> events = new PriorityQueue<>(Comparator.comparingLong(Event::atNanos));
    private long nanos;

    @Override
    public long nanoTime() {
        return nanos;
    }

    @Override
    public long currentTimeMillis() {
        return WALL_CLOCK_MILLIS + nanos / 1_000_000;
    }

    /** Does something once the clock has moved so far. */
    public void after(Duration delay, Runnable action) {
        events.add(new Event(nanos + delay.toNanos(), action));
    }

    /** Moves the clock, and does what is due on the way. */
    public void advance(Duration step) {
        moveTo(nanos + step.toNanos());
    }

    @Override
    public long awaitUntil(Lock lock, Condition condition, long deadlineNanos) {
        Event next = events.peek();
        moveTo(next == null ? deadlineNanos : Math.min(deadlineNanos, Math.max(nanos, next.atNanos())));
        return deadlineNanos - nanos;
    }

    private void moveTo(long time) {
        Event next = events.peek();
        while (next != null && next.atNanos() <= time) {
            events.remove();
            nanos = Math.max(nanos, next.atNanos());
            next.action().run();
            next = events.peek();
        }
        nanos = Math.max(nanos, time);
    }

    private record Event(long atNanos, Runnable action) {}
}
