package dev.spillway.processor;

import dev.spillway.config.Ordering;
import dev.spillway.config.SpillwayConfig;
import dev.spillway.flow.ShedQueue;
import dev.spillway.flow.Time;
import dev.spillway.sink.Delivery;

/** The queue that workers take from, as the configuration describes it. */
public final class WorkQueue {
    private WorkQueue() {}

    /** An empty one; with lanes where records wait for each other. */
    public static ShedQueue<Delivery> of(SpillwayConfig config, Time time) {
        int capacity = config.queueCapacity();
        long bytes = config.queueCapacityBytes();
        Ordering ordering = config.ordering();
        return ordering == Ordering.UNORDERED
                ? new ShedQueue<>(capacity, bytes, config.shedPolicy(), Delivery::size, time)
                : new ShedQueue<>(
                        capacity,
                        bytes,
                        config.shedPolicy(),
                        Delivery::size,
                        delivery -> delivery.lane(ordering),
                        Delivery::noteTaken,
                        time);
    }
}
