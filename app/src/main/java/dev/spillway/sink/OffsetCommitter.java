package dev.spillway.sink;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/** Commits offsets through the consumer; called by the consumer loop's thread only. */
@FunctionalInterface
public interface OffsetCommitter {
    /**
     * Commits the offsets.
     *
     * @return completes as {@link Sink#commit} does, in a later poll or at once
     */
    CompletableFuture<@Nullable Void> commit(Map<TopicPartition, OffsetAndMetadata> offsets);
}
