package dev.spillway.inspect;

import dev.spillway.config.Guarantee;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;

/**
 * Where an audit begins: offsets of the input, and offsets of the output topics below which there is no outcome of what lies beyond
 * those of the input.
 *
 * @param inputs the first offsets that are audited
 * @param outputs the first offsets that are read
 */
record AuditStart(Map<TopicPartition, Long> inputs, Map<TopicPartition, Long> outputs) {
    /**
     * Producers may give their records times ahead of the sidecar's clock by so much; what was processed before the time that it
     * bears is still found.
     */
    static final Duration MARGIN = Duration.ofHours(1);

    /**
     * Asks the cluster. To begin with what is committed from now on, the ends of the output topics are looked at first: under exactly
     * once the outcomes of what is committed later are in transactions that were open then or began later, and lie beyond the
     * first open one. Under at least once they may have been written before, nobody knows how long ago: all is read.
     */
    static AuditStart of(
            ReadStart from,
            Guarantee guarantee,
            ClusterView cluster,
            Consumer<?, ?> consumer,
            Collection<TopicPartition> inputs,
            Collection<TopicPartition> outputs)
            throws InterruptedException {
        Map<TopicPartition, Long> first = consumer.beginningOffsets(inputs);
        if (from instanceof ReadStart.Since since) {
            return since(since.instant(), cluster, consumer, inputs, outputs);
        }
        if (from instanceof ReadStart.Beginning) {
            return new AuditStart(first, consumer.beginningOffsets(outputs));
        }
        Map<TopicPartition, Long> ends = guarantee == Guarantee.EXACTLY_ONCE_V2
                ? cluster.committedEnds(outputs)
                : consumer.beginningOffsets(outputs);
        Map<TopicPartition, Long> committed = new HashMap<>(first);
        cluster.committed(inputs).forEach((partition, offset) -> committed.merge(partition, offset, Math::max));
        return new AuditStart(committed, ends);
    }

    private static AuditStart since(
            Instant instant,
            ClusterView cluster,
            Consumer<?, ?> consumer,
            Collection<TopicPartition> inputs,
            Collection<TopicPartition> outputs)
            throws InterruptedException {
        Map<TopicPartition, Long> inputEnds = new HashMap<>(cluster.ends(inputs));
        Map<TopicPartition, Long> outputEnds = new HashMap<>(cluster.committedEnds(outputs));
        inputEnds.putAll(WindowRanges.since(consumer, instant, inputs));
        outputEnds.putAll(WindowRanges.since(consumer, instant.minus(MARGIN), outputs));
        return new AuditStart(inputEnds, outputEnds);
    }
}
