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

    /** A batch is larger than one only where records take less than a millisecond, so that its mean is each one's time. */
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

    /** Records finished, whatever became of them. */
    public long records() {
        return records.sum();
    }

    /** Busy time of all workers together, in nanoseconds. */
    public long nanos() {
        return nanos.sum();
    }

    /** How long each record took, its retries included. */
    public Distribution.Counts processing() {
        return processing.counts();
    }

    /** How long each record that a worker took had been queued. */
    public Distribution.Counts queued() {
        return queued.counts();
    }
}
