package dev.spillway.sink;

import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;

/** What the group has committed, by the cluster's own word. */
@FunctionalInterface
public interface CommittedOffsets {
    /**
     * Asks. Any thread; blocks.
     *
     * @return the offsets of those partitions that have any
     * @throws org.apache.kafka.common.errors.TimeoutException when there is no answer, or a transaction that has not ended holds
     *     offsets of these partitions: ask again
     * @throws org.apache.kafka.common.KafkaException when there is a refusal
     */
    Map<TopicPartition, Long> of(Set<TopicPartition> partitions);
}
