package dev.spillway.inspect;

import dev.spillway.config.SpillwayConfig;
import dev.spillway.config.TopicsConfig;
import dev.spillway.flow.CancellationToken;
import dev.spillway.flow.Interruption;
import dev.spillway.flow.Time;
import dev.spillway.ledger.Origin;
import dev.spillway.ledger.Outcome;
import dev.spillway.ledger.PartitionId;
import dev.spillway.sink.SpillwayHeaders;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;

/**
 * Reads the topics of a sidecar for an {@link Audit}. Used by one thread. The sidecar may run meanwhile, which is why the order
 * matters:
 *
 * <ol>
 *   <li>the committed offsets, when no transaction is about to move them: all below them must have an outcome,
 *   <li>the ends of the output topics, be their last records committed or not: all those outcomes were written below them,
 *   <li>a pause until every transaction with records below these ends has ended, so that all of them can be read or never will,
 *   <li>the committed offsets again: outcomes below the ends that have come since the first look belong to offsets below these.
 * </ol>
 */
public final class AuditReader {
    /** How long a partition's leader may be silent. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** What a transaction may take to end beyond its time-out: the broker looks for those that have passed it now and then. */
    private static final Duration MARGIN = Duration.ofSeconds(30);

    private final SpillwayConfig config;
    private final TopicsConfig topics;
    private final ClusterView cluster;
    private final Consumer<byte[], byte[]> consumer;
    private final CancellationToken stop;
    private final OpenTransactions openTransactions;
    private final RangeReader reader;

    AuditReader(
            SpillwayConfig config,
            ClusterView cluster,
            Consumer<byte[], byte[]> consumer,
            Time time,
            CancellationToken stop,
            ReadProgress progress) {
        this.config = config;
        this.topics = config.topics();
        this.cluster = cluster;
        this.consumer = consumer;
        this.stop = stop;
        this.openTransactions = new OpenTransactions(cluster, time, patience(config), progress);
        this.reader = new RangeReader(consumer, time, PATIENCE, stop, progress);
    }

    /**
     * An audit of a sidecar's topics.
     *
     * @param consumer has the group's name, reads what is committed, and never joins
     * @param stop ends reading; nothing is proven then
     */
    public static AuditReader of(
            SpillwayConfig config,
            Admin admin,
            Consumer<byte[], byte[]> consumer,
            Time time,
            CancellationToken stop,
            ReadProgress progress) {
        ClusterView cluster = new AdminView(admin, consumer, patience(config), progress);
        return new AuditReader(config, cluster, consumer, time, stop, progress);
    }

    /**
     * Reads everything.
     *
     * @return empty when it was stopped
     * @throws TooManyPartsException when memory does not suffice
     * @throws org.apache.kafka.common.KafkaException when the cluster does not answer, or refuses
     */
    public Optional<AuditReport> run() {
        List<AuditReport> report = new ArrayList<>();
        try {
            Interruption.during(stop, () -> report.addAll(audit().stream().toList()));
        } catch (InterruptedException | InterruptException e) {
            if (!stop.isCancelled()) {
                Thread.currentThread().interrupt();
            }
        }
        return report.stream().findFirst();
    }

    private Optional<AuditReport> audit() throws InterruptedException {
        List<TopicPartition> inputs = partitions(topics.inputs());
        List<TopicPartition> outputs = partitions(topics.outputs());
        Map<TopicPartition, Long> committed = cluster.committed(inputs);
        Map<TopicPartition, Long> ends = cluster.ends(outputs);
        openTransactions.awaitEnd(ends);
        Map<TopicPartition, Long> committedLater = cluster.committed(inputs);
        Set<String> compacted = cluster.compacted(allTopics());
        Map<TopicPartition, Long> starts = starts(outputs);

        Audit audit = new Audit(
                config.applicationId(), config.guarantee(), inputRanges(inputs, committed, committedLater, compacted));
        boolean complete = readInput(audit, inputs, committed) && readOutcomes(audit, starts, ends);
        noteWhatIsGone(audit, starts, compacted);
        noteWhatCannotBeKnown(audit);
        return complete ? Optional.of(audit.report()) : Optional.empty();
    }

    private Map<PartitionId, InputRange> inputRanges(
            List<TopicPartition> inputs,
            Map<TopicPartition, Long> committed,
            Map<TopicPartition, Long> committedLater,
            Set<String> compacted) {
        Map<PartitionId, InputRange> ranges = new HashMap<>();
        starts(inputs)
                .forEach((partition, start) -> ranges.put(
                        id(partition),
                        new InputRange(
                                start,
                                committed.getOrDefault(partition, InputRange.NOTHING),
                                committedLater.getOrDefault(partition, InputRange.NOTHING),
                                compacted.contains(partition.topic()))));
        return ranges;
    }

    private boolean readInput(Audit audit, List<TopicPartition> inputs, Map<TopicPartition, Long> committed)
            throws InterruptedException {
        Map<TopicPartition, Long> ends = cluster.ends(inputs);
        Map<TopicPartition, OffsetRange> ranges = new HashMap<>();
        starts(inputs).forEach((partition, start) -> {
            long end = ends.getOrDefault(partition, 0L);
            long until = committed.getOrDefault(partition, InputRange.NOTHING);
            ranges.put(partition, new OffsetRange(start, Math.min(until, end)));
            noteOddities(audit, partition, start, until, end);
        });
        boolean complete = reader.read(
                String.join(", ", topics.inputs()),
                ranges,
                record -> audit.input(new PartitionId(record.topic(), record.partition()), record.offset()));
        starts(inputs).forEach((partition, start) -> audit.removedBelow(id(partition), start));
        return complete;
    }

    private static void noteOddities(Audit audit, TopicPartition partition, long start, long committed, long end) {
        if (committed > end) {
            audit.note("the group's committed offset of " + partition + " is " + committed
                    + ", beyond the partition's end at " + end + ": the topic was created anew since");
        }
        if (committed != InputRange.NOTHING && committed < start) {
            audit.note("retention removed " + partition + " from offset " + committed + " to " + (start - 1)
                    + " before the group had committed it: nobody will process these records");
        }
    }

    private boolean readOutcomes(Audit audit, Map<TopicPartition, Long> starts, Map<TopicPartition, Long> ends) {
        Map<TopicPartition, OffsetRange> ranges = new HashMap<>();
        starts.forEach((partition, start) ->
                ranges.put(partition, new OffsetRange(start, ends.getOrDefault(partition, start))));
        return reader.read(String.join(", ", topics.outputs()), ranges, record -> outcome(audit, record));
    }

    private void outcome(Audit audit, ConsumerRecord<?, ?> record) {
        Optional<Origin> origin = Headers.origin(record);
        Optional<Part> part =
                Headers.text(record, SpillwayHeaders.PART).map(Part::parse).orElse(Optional.of(Part.WHOLE));
        if (origin.isPresent() && part.isPresent()) {
            audit.outcome(origin.get(), outcomeIn(record.topic()), part.get());
        } else {
            audit.foreign();
        }
    }

    private Outcome outcomeIn(String topic) {
        return topic.equals(topics.drop())
                ? Outcome.DROPPED
                : topic.equals(topics.deadLetter()) ? Outcome.DEAD_LETTERED : Outcome.PROCESSED;
    }

    /** An outcome that a topic has forgotten looks like one that never was. */
    private void noteWhatIsGone(Audit audit, Map<TopicPartition, Long> starts, Set<String> compacted) {
        for (String topic : topics.outputs()) {
            boolean shortened = starts.entrySet().stream()
                    .anyMatch(start -> start.getKey().topic().equals(topic) && start.getValue() > 0);
            if (shortened) {
                audit.note(
                        topic + " no longer has its first records: outcomes among them count as missing while the input"
                                + " still has the records");
            }
            if (compacted.contains(topic)) {
                audit.note(topic + " is compacted: outcomes that compaction removed count as missing; set its"
                        + " cleanup.policy to delete");
            }
        }
    }

    /** What was processed without a result leaves no trace unless it is told to. */
    private void noteWhatCannotBeKnown(Audit audit) {
        long missing = audit.report().total().missing();
        if (missing > 0 && topics.processed() == null) {
            audit.note(
                    "a record that was processed without a result leaves no trace: whether the missing ones are such cannot be"
                            + " known; with processed.topic set, each that is processed from then on leaves a marker");
        }
    }

    private Map<TopicPartition, Long> starts(Collection<TopicPartition> partitions) {
        return consumer.beginningOffsets(partitions);
    }

    private List<TopicPartition> partitions(Collection<String> names) {
        return names.stream()
                .flatMap(topic -> consumer.partitionsFor(topic).stream())
                .map(info -> new TopicPartition(info.topic(), info.partition()))
                .toList();
    }

    private List<String> allTopics() {
        List<String> all = new ArrayList<>(topics.inputs());
        all.addAll(topics.outputs());
        return all;
    }

    private static Duration patience(SpillwayConfig config) {
        return config.transactionTimeout().plus(MARGIN);
    }

    private static PartitionId id(TopicPartition partition) {
        return new PartitionId(partition.topic(), partition.partition());
    }
}
