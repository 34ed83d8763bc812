package dev.spillway.intake;

import dev.spillway.flow.Time;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * How far the end of each partition is from where polling stands, as the last fetch saw it. Asked of the client now and then: it
 * knows, but one of its implementations takes its time to say so. While the partitions are paused there are no fetches, and what the
 * client knows grows old, for as long as an outage may take; then the cluster is asked for the ends. The consumer loop's own.
 */
final class LagView {
    private static final long LEAST_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long NANOS_PER_PARTITION = TimeUnit.MILLISECONDS.toNanos(10);
    /** How long partitions are paused before the cluster is asked, and how long it is left alone between two questions. */
    private static final long ENDS_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final Assignment assignment;
    private final Time time;
    private final Map<TopicPartition, Long> lags = new HashMap<>();
    private long askedAtNanos;

    private @Nullable PartitionEnds ends;
    private @Nullable CompletableFuture<Map<TopicPartition, Long>> question;
    private Map<TopicPartition, Long> answer = Map.of();
    /** When the partitions were last seen not to be paused, or the cluster was last asked. */
    private long quietSinceNanos;

    LagView(Assignment assignment, Time time) {
        this.assignment = assignment;
        this.time = time;
        this.askedAtNanos = time.nanoTime() - LEAST_NANOS;
    }

    /** Who knows the ends of partitions that are paused. */
    void askForEnds(PartitionEnds of) {
        ends = of;
    }

    /** Asks again if it is time to. */
    void update(Set<TopicPartition> assigned, boolean paused) {
        long now = time.nanoTime();
        if (paused) {
            askForEnds(assigned, now);
        } else {
            quietSinceNanos = now;
            question = null;
            answer = Map.of();
        }
        boolean same = lags.keySet().equals(assigned);
        if (same && now - askedAtNanos < Math.max(LEAST_NANOS, assigned.size() * NANOS_PER_PARTITION)) {
            return;
        }
        askedAtNanos = now;
        lags.clear();
        assigned.forEach(partition -> lags.put(partition, lagOf(partition)));
    }

    /** The lag of a partition; -1 when it is not known. */
    long of(TopicPartition partition) {
        return lags.getOrDefault(partition, -1L);
    }

    private void askForEnds(Set<TopicPartition> assigned, long now) {
        if (question != null && question.isDone()) {
            answer = question.isCompletedExceptionally() ? answer : question.join();
            question = null;
        }
        if (ends != null && question == null && !assigned.isEmpty() && now - quietSinceNanos >= ENDS_NANOS) {
            quietSinceNanos = now;
            question = ends.of(assigned);
        }
    }

    private long lagOf(TopicPartition partition) {
        long seen = assignment.lag(partition);
        Long end = answer.get(partition);
        long position = end == null ? -1 : assignment.position(partition);
        return end == null || position < 0 ? seen : Math.max(seen, end - position);
    }
}
