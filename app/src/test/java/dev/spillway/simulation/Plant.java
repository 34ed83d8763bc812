package dev.spillway.simulation;

import dev.spillway.flow.ShedPolicy;
import dev.spillway.flow.ShedQueue;
import dev.spillway.sink.Delivery;
import dev.spillway.sink.Sink;
import java.util.List;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.Producer;
import org.jspecify.annotations.Nullable;

/** Puts a bug between the parts of an instance. This one puts none. */
interface Plant {
    /** Everything as it is. */
    Plant NOTHING = new Plant() {};

    /** Stands before the consumer. */
    default Consumer<byte @Nullable [], byte @Nullable []> consumer(
            Consumer<byte @Nullable [], byte @Nullable []> consumer) {
        return consumer;
    }

    /**
     * Stands before a producer.
     *
     * @param all those of the instance, this one included, as they are without this
     */
    default Producer<byte @Nullable [], byte @Nullable []> producer(
            Producer<byte @Nullable [], byte @Nullable []> producer,
            List<? extends Producer<byte @Nullable [], byte @Nullable []>> all) {
        return producer;
    }

    /** Stands before the sink. */
    default Sink sink(Sink sink, Consumer<byte @Nullable [], byte @Nullable []> consumer) {
        return sink;
    }

    /** Stands before the policy. */
    default ShedPolicy policy(ShedPolicy policy, Supplier<ShedQueue<Delivery>> queue) {
        return policy;
    }

    /** Stands between a worker and what it does about a record. */
    default void handle(Delivery delivery, Runnable work) {
        work.run();
    }
}
