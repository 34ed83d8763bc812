package dev.spillway.processor;

import dev.spillway.flow.Distribution;
import dev.spillway.sink.Delivery;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/**
 * How much time workers have spent on how many records since the start: what a mean service time is computed from. And how that time
 * is distributed, and the time that the records waited in the queue before. Any thread.
 */
public final class ServiceTime {
    private final LongAdder records = new LongAdder();
    private final LongAdder nanos = new LongAdder();
    private final Distribution processing = new Distribution();
    private final Distribution queued = new Distribution();

    /** Notes a batch that a worker is done with, whatever became of its records: one that is tried again comes again. */
    void add(long count, long busyNanos) {
        nanos.add(busyNanos);
        records.add(count);
        processing.add(busyNanos / Math.max(1, count), count);
    }

    /**
     * Notes that a worker has taken these from the queue just now; those that come for another attempt were queued long before. What was
     * polled together was queued at the same time, and is counted together.
     */
    void taken(List<Delivery> batch, long nowNanos) {
        long queuedAt = 0;
        int together = 0;
        for (int i = 0; i < batch.size(); i++) {
            Delivery delivery = batch.get(i);
            if (delivery.attempts() > 0) {
                continue;
            }
            if (together > 0 && delivery.queuedAtNanos() != queuedAt) {
                queued.add(nowNanos - queuedAt, together);
                together = 0;
            }
            queuedAt = delivery.queuedAtNanos();
            together++;
        }
        if (together > 0) {
            queued.add(nowNanos - queuedAt, together);
        }
    }

    /** Attempts finished, each at one record, whatever became of them. */
    public long records() {
        return records.sum();
    }

    /** Busy time of all workers together, in nanoseconds. */
    public long nanos() {
        return nanos.sum();
    }

    /** How long each attempt at a record took; in a batch, its mean. */
    public Distribution.Counts processing() {
        return processing.counts();
    }

    /** How long each record that a worker took had been queued. */
    public Distribution.Counts queued() {
        return queued.counts();
    }
}
