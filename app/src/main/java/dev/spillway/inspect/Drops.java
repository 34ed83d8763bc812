package dev.spillway.inspect;

import dev.spillway.flow.CancellationToken;
import dev.spillway.flow.Interruption;
import dev.spillway.flow.Time;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
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
     * Counts the tombstones of a time window, up to the end that the topic has now.
     *
     * @param groupings the ways to count in
     * @throws org.apache.kafka.common.KafkaException when the cluster does not answer, or refuses
     */
    public DropReport count(TimeWindow window, List<Grouping> groupings) {
        DropCounts counts = new DropCounts(groupings);
        boolean complete = read(window, counts::add, counts::addStranger);
        return counts.report(topic, complete);
    }

    /**
     * Tells of each tombstone of a time window, up to the end that the topic has now.
     *
     * @return whether all was read; not so if it was stopped
     * @throws org.apache.kafka.common.KafkaException when the cluster does not answer, or refuses
     */
    public boolean list(TimeWindow window, TombstoneListener listener) {
        return read(window, listener, () -> {});
    }

    /** Tells of each tombstone that comes after what was counted or listed, until it is stopped. */
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

    private boolean read(TimeWindow window, TombstoneListener listener, Runnable stranger) {
        return untilStopped(() -> {
            ranges.putAll(WindowRanges.of(consumer, topic, window));
            RangeReader reader = new RangeReader(consumer, time, patience, stop, progress);
            return reader.read(
                    topic,
                    ranges,
                    record -> Tombstone.read(record)
                            .ifPresentOrElse(
                                    tombstone -> {
                                        if (window.contains(tombstone.at())) {
                                            listener.tombstone(tombstone);
                                        }
                                    },
                                    stranger));
        });
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
