package dev.spillway.chaos;

import dev.spillway.ClusterClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.TopicPartition;

/** Looks at an application's committed offsets all the time, and knows afterwards when they stood still and when they moved on. */
final class Progress implements AutoCloseable {
    private static final int EVERY_MILLIS = 200;

    private final ClusterClient client;
    private final String group;
    private final Looks looks;
    private final List<Sample> samples = new ArrayList<>();

    private record Sample(long nanos, Map<TopicPartition, Long> committed) {
        long total() {
            return committed.values().stream().mapToLong(Long::longValue).sum();
        }

        /** Whether everything that has ever been committed in {@code earlier} has moved on. */
        boolean isBeyond(Sample earlier) {
            return earlier.committed.entrySet().stream()
                    .allMatch(entry -> committed.getOrDefault(entry.getKey(), 0L) > entry.getValue());
        }
    }

    /** Begins at once. */
    Progress(ClusterClient client, String group) {
        this.client = client;
        this.group = group;
        looks = new Looks("the committed offsets", EVERY_MILLIS, this::look);
    }

    /** The longest time in which nothing was committed. */
    synchronized Duration longestStall() {
        long longest = 0;
        for (int i = 0, last = 0; i < samples.size(); i++) {
            if (samples.get(i).total() > samples.get(last).total()) {
                longest = Math.max(longest, samples.get(i).nanos - samples.get(last).nanos);
                last = i;
            }
        }
        return Duration.ofNanos(longest);
    }

    /** How long after a moment, in the time of {@link System#nanoTime}, every partition had moved on; empty if it never did. */
    synchronized Optional<Duration> recoveryAfter(long nanos) {
        Optional<Sample> then =
                samples.stream().filter(sample -> sample.nanos <= nanos).reduce((earlier, later) -> later);
        return then.flatMap(start -> samples.stream()
                .filter(sample -> sample.nanos > nanos && sample.isBeyond(start))
                .findFirst()
                .map(sample -> Duration.ofNanos(sample.nanos - nanos)));
    }

    @Override
    public void close() {
        stop();
    }

    /** Looks no more. Idempotent. */
    void stop() {
        looks.close();
    }

    private void look() {
        try {
            client.committedOffsetsIfKnown(group).ifPresent(committed -> add(new Sample(System.nanoTime(), committed)));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized void add(Sample sample) {
        samples.add(sample);
    }
}
