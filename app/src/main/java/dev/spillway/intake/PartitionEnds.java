package dev.spillway.intake;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.TopicPartition;

/**
 * Says where partitions end for readers of what is committed, by another way than the consumer: that one hears of it with what it
 * fetches, and fetches nothing of a partition that is paused.
 */
@FunctionalInterface
public interface PartitionEnds {
    /**
     * Asks the cluster, and does not wait.
     *
     * @return the ends as far as there was an answer; any thread may complete it
     */
    CompletableFuture<Map<TopicPartition, Long>> of(Set<TopicPartition> partitions);
}
