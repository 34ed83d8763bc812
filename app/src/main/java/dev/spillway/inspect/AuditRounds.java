package dev.spillway.inspect;

import dev.spillway.config.SpillwayConfig;
import dev.spillway.config.TopicsConfig;
import dev.spillway.ledger.Origin;
import dev.spillway.ledger.OriginRange;
import dev.spillway.ledger.Outcome;
import dev.spillway.ledger.PartitionId;
import dev.spillway.sink.SpillwayHeaders;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Reads the topics of a sidecar for an {@link Audit}, each round from where the last one ended. Used by one thread. The sidecar may
 * run meanwhile, which is why the order of a round matters:
 *
 * <ol>
 *   <li>the committed offsets, when no transaction is about to move them: all below them must have an outcome,
 *   <li>the ends of the output topics, be their last records committed or not: all those outcomes were written below them,
 *   <li>a pause until every transaction with records below these ends has ended, so that all of them can be read or never will,
 *   <li>the committed offsets again: outcomes below the ends that have come since the first look belong to offsets below these.
 * </ol>
 *
 * <p>So whatever a round finds missing stays missing, and it is final. A round that the cluster's silence broke off goes on with the
 * next call.
 */
final class AuditRounds {
    private final SpillwayConfig config;
    private final TopicsConfig topics;
    private final ReadStart from;
    private final ClusterView cluster;
    private final Consumer<byte[], byte[]> consumer;
    private final OpenTransactions openTransactions;
    private final RangeReader reader;

    /** The next offset to read of each partition, input and output. */
    private final Map<TopicPartition, Long> next = new HashMap<>();

    private final Map<TopicPartition, Long> lastCommitted = new HashMap<>();
    private final Audit audit;
    private final AuditNotes notes;
    private @Nullable AuditStart start;

    AuditRounds(
            SpillwayConfig config,
            ReadStart from,
            ClusterView cluster,
            Consumer<byte[], byte[]> consumer,
            OpenTransactions openTransactions,
            RangeReader reader) {
        this.config = config;
        this.topics = config.topics();
        this.from = from;
        this.cluster = cluster;
        this.consumer = consumer;
        this.openTransactions = openTransactions;
        this.reader = reader;
        this.audit = new Audit(config.applicationId(), config.guarantee(), Map.of());
        this.notes = new AuditNotes(audit);
    }

    /**
     * Reads what has come.
     *
     * @return whether all of it was read; not so if it was stopped
     */
    boolean next() throws InterruptedException {
        List<TopicPartition> inputs = partitions(topics.inputs());
        List<TopicPartition> outputs = partitions(topics.outputs());
        AuditStart begin = begin(inputs, outputs);
        Map<TopicPartition, Long> committed = cluster.committed(inputs);
        Map<TopicPartition, Long> ends = cluster.ends(outputs);
        openTransactions.awaitEnd(ends);
        Map<TopicPartition, Long> committedLater = cluster.committed(inputs);
        audit.extend(inputRanges(begin, inputs, committed, committedLater));
        return readInput(inputs, committed) && readOutcomes(outputs, ends);
    }

    AuditReport report() {
        AuditReport report = audit.report();
        if (report.total().missing() == 0 || topics.processed() != null) {
            return report;
        }
        notes.noMarkers();
        return audit.report();
    }

    void forgetProven() {
        audit.forgetProven();
    }

    private AuditStart begin(List<TopicPartition> inputs, List<TopicPartition> outputs) throws InterruptedException {
        if (start == null) {
            start = AuditStart.of(from, config.guarantee(), cluster, consumer, inputs, outputs);
            next.putAll(start.inputs());
            next.putAll(start.outputs());
            if (from instanceof ReadStart.Beginning) {
                notes.outputs(topics.outputs(), start.outputs(), cluster.compacted(topics.outputs()));
            }
        }
        return start;
    }

    private Map<PartitionId, InputRange> inputRanges(
            AuditStart begin,
            List<TopicPartition> inputs,
            Map<TopicPartition, Long> committed,
            Map<TopicPartition, Long> committedLater)
            throws InterruptedException {
        Set<String> compacted = cluster.compacted(topics.inputs());
        Map<PartitionId, InputRange> ranges = new HashMap<>();
        for (TopicPartition partition : inputs) {
            ranges.put(
                    id(partition),
                    new InputRange(
                            begin.inputs().getOrDefault(partition, 0L),
                            committed.getOrDefault(partition, InputRange.NOTHING),
                            committedLater.getOrDefault(partition, InputRange.NOTHING),
                            compacted.contains(partition.topic())));
        }
        return ranges;
    }

    private boolean readInput(List<TopicPartition> inputs, Map<TopicPartition, Long> committed)
            throws InterruptedException {
        Map<TopicPartition, Long> ends = cluster.ends(inputs);
        Map<TopicPartition, OffsetRange> ranges = new HashMap<>();
        consumer.beginningOffsets(inputs).forEach((partition, first) -> {
            long end = ends.getOrDefault(partition, 0L);
            long until = committed.getOrDefault(partition, InputRange.NOTHING);
            ranges.put(partition, new OffsetRange(Math.max(first, nextOf(partition)), Math.min(until, end)));
            noteOddities(partition, first, until, end);
        });
        boolean complete = read(topics.inputs(), ranges, this::input);
        consumer.beginningOffsets(inputs).forEach((partition, first) -> audit.removedBelow(id(partition), first));
        if (complete) {
            audit.inputRead();
        }
        return complete;
    }

    private void noteOddities(TopicPartition partition, long first, long committed, long end) {
        notes.input(partition, first, committed, end);
        long before = lastCommitted.getOrDefault(partition, InputRange.NOTHING);
        if (committed < before) {
            notes.setBack(partition, before, committed);
        } else if (before != InputRange.NOTHING && nextOf(partition) < Math.min(first, committed)) {
            notes.removedUnread(partition, nextOf(partition), first);
        }
        lastCommitted.merge(partition, committed, Math::max);
    }

    private boolean readOutcomes(List<TopicPartition> outputs, Map<TopicPartition, Long> ends) {
        Map<TopicPartition, OffsetRange> ranges = new HashMap<>();
        consumer.beginningOffsets(outputs).forEach((partition, first) -> {
            if (first > nextOf(partition)) {
                notes.removedUnread(partition, nextOf(partition), first);
            }
            ranges.put(
                    partition,
                    new OffsetRange(Math.max(first, nextOf(partition)), ends.getOrDefault(partition, first)));
        });
        return read(topics.outputs(), ranges, this::outcome);
    }

    /** Remembers record by record how far it has come: what was told once must not be told again. */
    private boolean read(List<String> names, Map<TopicPartition, OffsetRange> ranges, RangeReader.Handler handler) {
        boolean complete = reader.read(String.join(", ", names), ranges, record -> {
            handler.record(record);
            next.put(new TopicPartition(record.topic(), record.partition()), record.offset() + 1);
        });
        if (complete) {
            ranges.forEach((partition, range) -> next.merge(partition, range.end(), Math::max));
        }
        return complete;
    }

    private void input(ConsumerRecord<?, ?> record) {
        audit.input(new PartitionId(record.topic(), record.partition()), record.offset(), record.timestamp());
    }

    private void outcome(ConsumerRecord<byte @Nullable [], byte @Nullable []> record) {
        if (Headers.isRange(record)) {
            range(record);
            return;
        }
        Optional<Origin> origin = Headers.origin(record);
        Optional<Part> part =
                Headers.text(record, SpillwayHeaders.PART).map(Part::parse).orElse(Optional.of(Part.WHOLE));
        if (origin.isPresent() && part.isPresent()) {
            audit.outcome(origin.get(), outcomeIn(record.topic()), part.get());
        } else {
            audit.foreign();
        }
    }

    /** Only what is shed has outcomes that stand for several records. */
    private void range(ConsumerRecord<byte @Nullable [], byte @Nullable []> record) {
        Optional<OriginRange> range = Headers.range(record);
        if (range.isPresent() && outcomeIn(record.topic()) == Outcome.DROPPED) {
            audit.dropped(range.get());
        } else {
            audit.foreign();
        }
    }

    private Outcome outcomeIn(String topic) {
        return topic.equals(topics.drop())
                ? Outcome.DROPPED
                : topic.equals(topics.deadLetter()) ? Outcome.DEAD_LETTERED : Outcome.PROCESSED;
    }

    private long nextOf(TopicPartition partition) {
        return next.getOrDefault(partition, 0L);
    }

    private List<TopicPartition> partitions(Collection<String> names) {
        List<TopicPartition> partitions = new ArrayList<>();
        for (String name : names) {
            consumer.partitionsFor(name)
                    .forEach(info -> partitions.add(new TopicPartition(info.topic(), info.partition())));
        }
        return partitions;
    }

    private static PartitionId id(TopicPartition partition) {
        return new PartitionId(partition.topic(), partition.partition());
    }
}
