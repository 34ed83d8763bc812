package dev.spillway.intake;

import java.util.Collection;
import java.util.Map;
import java.util.function.ToLongFunction;
import org.apache.kafka.common.TopicPartition;

/** The end offsets of the input at one moment, for a run that is to stop when it has consumed up to there. */
final class FinishLine {
    private final Map<TopicPartition, Long> endOffsets;

    FinishLine(Map<TopicPartition, Long> endOffsets) {
        this.endOffsets = Map.copyOf(endOffsets);
    }

    /** Whether all of these partitions have been polled up to their line. One that has none was created later. */
    boolean isReached(Collection<TopicPartition> assigned, ToLongFunction<TopicPartition> position) {
        return assigned.stream()
                .allMatch(partition -> position.applyAsLong(partition) >= endOffsets.getOrDefault(partition, 0L));
    }
}
