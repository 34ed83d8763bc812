package dev.spillway.inspect;

import dev.spillway.flow.CancellationToken;
import dev.spillway.flow.Interruption;
import dev.spillway.flow.Time;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;

/** Reads a drop topic: once to its end, and on from there for as long as somebody wants. Used by one thread. */
public final class Drops {
    private static final Duration POLL = Duration.ofMillis(500);

    private final Consumer<byte[], byte[]> consumer;
    private final String topic;
    private final Time time;
    private final Duration patience;
    private final CancellationToken stop;
    private final ReadProgress progress;
    private final Map<TopicPartition, OffsetRange> ranges = new HashMap<>();

    /**
     * @param consumer without a group; reads what is committed
     * @param patience how long nothing may come before this gives up
     * @param stop ends reading
     */
    public Drops(
            Consumer<byte[], byte[]> consumer,
            String topic,
            Time time,
            Duration patience,
            CancellationToken stop,
            ReadProgress progress) {
        this.consumer = consumer;
        this.topic = topic;
        this.time = time;
        this.patience = patience;
        this.stop = stop;
        this.progress = progress;
    }

    /**
     * Counts the tombstones from a start to the end that the topic has now.
     *
     * @throws org.apache.kafka.common.KafkaException when the cluster does not answer, or refuses
     */
    public DropReport count(ReadStart start, Grouping grouping) {
        DropCounts counts = new DropCounts(grouping);
        boolean complete = untilStopped(() -> {
            ranges.putAll(ranges(start));
            RangeReader reader = new RangeReader(consumer, time, patience, stop, progress);
            return reader.read(topic, ranges, record -> count(record, counts));
        });
        return counts.report(topic, complete);
    }

    /** Tells of each tombstone that comes after what {@link #count} has read, until it is stopped. */
    public void follow(TombstoneListener listener) {
        untilStopped(() -> {
            consumer.assign(ranges.keySet());
            ranges.forEach((partition, range) -> consumer.seek(partition, range.end()));
            consumer.resume(consumer.paused());
            while (!stop.isCancelled()) {
                consumer.poll(POLL).forEach(record -> Tombstone.read(record).ifPresent(listener::tombstone));
            }
            return false;
        });
    }

    /** Is told of tombstones as they come. */
    @FunctionalInterface
    public interface TombstoneListener {
        void tombstone(Tombstone tombstone);
    }

    private static void count(ConsumerRecord<byte[], byte[]> record, DropCounts counts) {
        Optional<Tombstone> tombstone = Tombstone.read(record);
        tombstone.ifPresentOrElse(counts::add, counts::addStranger);
    }

    private Map<TopicPartition, OffsetRange> ranges(ReadStart start) {
        List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                .map(info -> new TopicPartition(topic, info.partition()))
                .toList();
        Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
        Map<TopicPartition, Long> starts = starts(start, partitions, ends);
        Map<TopicPartition, OffsetRange> found = new HashMap<>();
        ends.forEach(
                (partition, end) -> found.put(partition, new OffsetRange(starts.getOrDefault(partition, end), end)));
        return found;
    }

    private Map<TopicPartition, Long> starts(
            ReadStart start, List<TopicPartition> partitions, Map<TopicPartition, Long> ends) {
        if (start instanceof ReadStart.Since since) {
            return since(since.instant().toEpochMilli(), partitions);
        }
        return start instanceof ReadStart.Latest ? ends : consumer.beginningOffsets(partitions);
    }

    private Map<TopicPartition, Long> since(long millis, List<TopicPartition> partitions) {
        Map<TopicPartition, Long> times = new HashMap<>();
        partitions.forEach(partition -> times.put(partition, millis));
        Map<TopicPartition, Long> offsets = new HashMap<>();
        for (Map.Entry<TopicPartition, OffsetAndTimestamp> found :
                consumer.offsetsForTimes(times).entrySet()) {
            if (found.getValue() != null) {
                offsets.put(found.getKey(), found.getValue().offset());
            }
        }
        return offsets;
    }

    private boolean untilStopped(Step step) {
        boolean[] complete = {false};
        try {
            Interruption.during(stop, () -> complete[0] = step.run());
        } catch (InterruptedException | InterruptException e) {
            if (!stop.isCancelled()) {
                Thread.currentThread().interrupt();
            }
        }
        return complete[0];
    }

    @FunctionalInterface
    private interface Step {
        boolean run();
    }
}
