package dev.spillway.sink;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Where epochs are published and committed. The consumer loop opens, commits and aborts, in the order of the epochs; workers
 * publish through what {@link #open} returned.
 */
public interface Sink extends AutoCloseable {
    /** Notes who we are in the group from now on. */
    default void joinedAs(ConsumerGroupMetadata member) {}

    /** Whether another epoch could be opened now, beside those that are not committed yet. */
    boolean canOpen();

    /**
     * Opens the next epoch.
     *
     * @throws IllegalStateException unless {@link #canOpen()}
     */
    Publisher open();

    /**
     * Commits an epoch: what was published, and the offsets. Only after everything before it was committed.
     *
     * @param group the consumer's membership when the epoch was sealed, by which the broker fences what an owner does that is none
     *     any more
     * @return completes when the broker has confirmed; with an {@link EpochAbortedException} when the epoch was not committed and
     *     never will be, with a {@link SinkException} when nothing ever will be
     */
    CompletableFuture<@Nullable Void> commit(
            Publisher publisher, Map<TopicPartition, OffsetAndMetadata> offsets, ConsumerGroupMetadata group);

    /** Gives an epoch up. When this returns nothing of it can be sent any more, and nothing that was will be seen by readers. */
    void abort(Publisher publisher);

    /** What has been settled through it. Any thread. */
    Settlements settlements();

    /** Ends what is open without committing it and closes the connections. */
    @Override
    void close();
}
