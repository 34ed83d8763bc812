package dev.spillway.inspect;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.TopicPartition;

/**
 * Finds where in a topic the records of a time window lie. What is decided is written a moment later, by another clock perhaps, so
 * the ranges reach a little beyond the window at both ends: whoever reads them looks at each record's own time, too.
 */
public final class WindowRanges {
    /** No clock is off by more, and no decision takes longer to reach the topic. */
    static final Duration SLACK = Duration.ofMinutes(5);

    private WindowRanges() {}

    /**
     * Asks the cluster.
     *
     * @param consumer is not assigned anything
     * @return a range for each partition, empty where there is nothing
     * @throws org.apache.kafka.common.KafkaException when the cluster does not answer, or refuses
     */
    public static Map<TopicPartition, OffsetRange> of(Consumer<?, ?> consumer, String topic, TimeWindow window) {
        List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                .map(info -> new TopicPartition(topic, info.partition()))
                .toList();
        Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
        Map<TopicPartition, Long> starts = starts(consumer, window.start(), partitions, ends);
        Map<TopicPartition, Long> cut = window.end().equals(Instant.MAX)
                ? Map.of()
                : since(consumer, window.end().plus(SLACK), partitions);
        Map<TopicPartition, OffsetRange> ranges = new HashMap<>();
        ends.forEach((partition, end) -> ranges.put(
                partition,
                new OffsetRange(starts.getOrDefault(partition, end), Math.min(end, cut.getOrDefault(partition, end)))));
        return ranges;
    }

    private static Map<TopicPartition, Long> starts(
            Consumer<?, ?> consumer,
            ReadStart start,
            Collection<TopicPartition> partitions,
            Map<TopicPartition, Long> ends) {
        if (start instanceof ReadStart.Since since) {
            return since(consumer, since.instant().minus(SLACK), partitions);
        }
        return start instanceof ReadStart.Latest ? ends : consumer.beginningOffsets(partitions);
    }

    /** The first offsets that were written at that time or later, for the partitions that have any. */
    static Map<TopicPartition, Long> since(
            Consumer<?, ?> consumer, Instant instant, Collection<TopicPartition> partitions) {
        Map<TopicPartition, Long> times = new HashMap<>();
        partitions.forEach(partition -> times.put(partition, Math.max(0, instant.toEpochMilli())));
        Map<TopicPartition, Long> offsets = new HashMap<>();
        for (Map.Entry<TopicPartition, OffsetAndTimestamp> found :
                consumer.offsetsForTimes(times).entrySet()) {
            if (found.getValue() != null) {
                offsets.put(found.getKey(), found.getValue().offset());
            }
        }
        return offsets;
    }
}
