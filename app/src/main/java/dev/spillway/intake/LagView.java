package dev.spillway.intake;

import dev.spillway.flow.Time;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.TopicPartition;

/**
 * How far the end of each partition was from where polling stands, as the last fetch saw it. Asked of the client now and then: it
 * knows, but one of its implementations takes its time to say so. The consumer loop's own.
 */
final class LagView {
    private static final long LEAST_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long NANOS_PER_PARTITION = TimeUnit.MILLISECONDS.toNanos(10);

    private final Assignment assignment;
    private final Time time;
    private final Map<TopicPartition, Long> lags = new HashMap<>();
    private long askedAtNanos;

    LagView(Assignment assignment, Time time) {
        this.assignment = assignment;
        this.time = time;
        this.askedAtNanos = time.nanoTime() - LEAST_NANOS;
    }

    /** Asks again if it is time to. */
    void update(Set<TopicPartition> assigned) {
        long now = time.nanoTime();
        boolean same = lags.keySet().equals(assigned);
        if (same && now - askedAtNanos < Math.max(LEAST_NANOS, assigned.size() * NANOS_PER_PARTITION)) {
            return;
        }
        askedAtNanos = now;
        lags.clear();
        assigned.forEach(partition -> lags.put(partition, assignment.lag(partition)));
    }

    /** The lag of a partition; -1 when it is not known. */
    long of(TopicPartition partition) {
        return lags.getOrDefault(partition, -1L);
    }
}
