package dev.spillway.inspect;

import java.util.Collection;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;

/** What the audit asks the cluster for beside records. */
interface ClusterView {
    /**
     * The offsets that the group has committed, after every transaction that is to commit some has ended.
     *
     * @return without the partitions for which it has committed nothing
     */
    Map<TopicPartition, Long> committed(Collection<TopicPartition> partitions) throws InterruptedException;

    /** The offset after the last record of each partition, be it committed or not. */
    Map<TopicPartition, Long> ends(Collection<TopicPartition> partitions) throws InterruptedException;

    /** The offset at which the first transaction that is still open begins in each partition; its end where none is. */
    Map<TopicPartition, Long> committedEnds(Collection<TopicPartition> partitions) throws InterruptedException;

    /** Those of the topics that are compacted, as far as the cluster says. */
    Set<String> compacted(Collection<String> topics) throws InterruptedException;
}
