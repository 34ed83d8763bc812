package dev.spillway.sink;

import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * At least once: one idempotent producer for all epochs; an outcome is settled when the broker has acknowledged it, and offsets
 * are committed through the consumer afterwards.
 */
public final class AcknowledgingSink implements Sink {
    /** How many epochs may wait to join before the open one grows instead of sealing. */
    private static final int MAX_EPOCHS = 8;

    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);

    private final Producer<byte @Nullable [], byte @Nullable []> producer;
    private final OutputFactory outputs;
    private final SpoiledOrigins spoiled;
    private final Settlements settlements;
    private final OffsetCommitter offsetCommitter;
    private final Runnable onChange;

    private final Set<Publisher> open = new HashSet<>();

    /**
     * Takes over the producer.
     *
     * @param spoiled learns of records whose results Kafka refuses
     * @param onChange called by any thread when a send has failed; must not block
     */
    public AcknowledgingSink(
            Producer<byte @Nullable [], byte @Nullable []> producer,
            OutputFactory outputs,
            SpoiledOrigins spoiled,
            OffsetCommitter offsetCommitter,
            Runnable onChange) {
        this.producer = producer;
        this.outputs = outputs;
        this.spoiled = spoiled;
        this.settlements = new Settlements(outputs.time());
        this.offsetCommitter = offsetCommitter;
        this.onChange = onChange;
    }

    @Override
    public boolean canOpen() {
        return open.size() < MAX_EPOCHS;
    }

    @Override
    public Publisher open() {
        if (!canOpen()) {
            throw new IllegalStateException(open.size() + " epochs are open already");
        }
        Publisher publisher = new Publisher(
                producer,
                outputs,
                spoiled,
                Publisher.Settlement.WHEN_ACKNOWLEDGED,
                settlements,
                false,
                KafkaErrors::isFatal,
                onChange);
        open.add(publisher);
        return publisher;
    }

    @Override
    public CompletableFuture<@Nullable Void> commit(
            Publisher publisher, Map<TopicPartition, OffsetAndMetadata> offsets, ConsumerGroupMetadata group) {
        return offsetCommitter.commit(offsets).thenRun(() -> {
            open.remove(publisher);
            spoiled.forgetBelow(offsets);
        });
    }

    @Override
    public Settlements settlements() {
        return settlements;
    }

    @Override
    public void abort(Publisher publisher) {
        publisher.close();
        open.remove(publisher);
    }

    @Override
    public void close() {
        open.forEach(Publisher::close);
        producer.close(CLOSE_TIMEOUT);
    }
}
