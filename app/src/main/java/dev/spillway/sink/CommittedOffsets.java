package dev.spillway.sink;

import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;

/** What the group has committed, by the cluster's own word. */
@FunctionalInterface
public interface CommittedOffsets {
    /**
     * Asks, and waits for transactions that are being ended at this moment. Any thread.
     *
     * @return the offsets of those partitions that have any
     * @throws org.apache.kafka.common.KafkaException when there is no answer, or a refusal
     */
    Map<TopicPartition, Long> of(Set<TopicPartition> partitions);
}
