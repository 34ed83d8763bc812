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
     * @throws org.apache.kafka.common.KafkaException when there is no answer, a refusal, or a transaction that has not ended holds
     *     offsets of these partitions
     */
    Map<TopicPartition, Long> of(Set<TopicPartition> partitions);
}
