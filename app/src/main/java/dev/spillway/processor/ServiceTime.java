package dev.spillway.processor;

import java.util.concurrent.atomic.LongAdder;

/** How much time workers have spent on how many records since the start: what a mean service time is computed from. Any thread. */
public final class ServiceTime {
    private final LongAdder records = new LongAdder();
    private final LongAdder nanos = new LongAdder();

    void add(long count, long busyNanos) {
        nanos.add(busyNanos);
        records.add(count);
    }

    /** Records finished, whatever became of them. */
    public long records() {
        return records.sum();
    }

    /** Busy time of all workers together, in nanoseconds. */
    public long nanos() {
        return nanos.sum();
    }
}
