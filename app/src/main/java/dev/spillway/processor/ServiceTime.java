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

    /** Notes that a worker has taken these from the queue just now. */
    void taken(List<Delivery> batch, long nowNanos) {
        for (int i = 0; i < batch.size(); i++) {
            queued.add(nowNanos - batch.get(i).queuedAtNanos());
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
