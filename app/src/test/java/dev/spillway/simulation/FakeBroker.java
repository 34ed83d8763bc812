package dev.spillway.simulation;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.spillway.sink.Samples;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jspecify.annotations.Nullable;

/**
 * What outlives every instance: the input's log, what was written to the other topics, transactions, and the {@link FakeGroup} with
 * its offsets. Clients call it when their requests arrive; it decides nothing by chance.
 */
final class FakeBroker {
    private final Map<TopicPartition, TreeMap<Long, ConsumerRecord<byte @Nullable [], byte @Nullable []>>> input =
            new HashMap<>();
    private final Map<TopicPartition, Long> inputEnds = new HashMap<>();
    private final List<Written> written = new ArrayList<>();
    private final Map<String, TransactionalId> transactionalIds = new TreeMap<>();
    private final Clock clock;
    private final Oracle oracle;
    final FakeGroup group;

    FakeBroker(List<TopicPartition> partitions, Clock clock, Chance chance, Oracle oracle) {
        this.clock = clock;
        this.oracle = oracle;
        this.group = new FakeGroup(partitions, chance);
        partitions.forEach(partition -> {
            input.put(partition, new TreeMap<>());
            inputEnds.put(partition, 0L);
        });
    }

    /** A record in a log, visible to readers if it belongs to no transaction or to one that was committed. */
    record Written(
            ProducerRecord<byte @Nullable [], byte @Nullable []> record,
            @Nullable Transaction transaction) {
        boolean isVisible() {
            return transaction == null || transaction.state == TransactionState.COMMITTED;
        }
    }

    enum TransactionState {
        ONGOING,
        COMMITTED,
        ABORTED
    }

    /** One transaction with what it holds. */
    static final class Transaction {
        final String id;
        final List<Written> records = new ArrayList<>();
        final Map<TopicPartition, Long> offsets = new HashMap<>();
        private final long startNanos;
        private TransactionState state = TransactionState.ONGOING;

        Transaction(String id, long startNanos) {
            this.id = id;
            this.startNanos = startNanos;
        }

        TransactionState state() {
            return state;
        }
    }

    private static final class TransactionalId {
        int epoch = -1;

        @Nullable
        Transaction ongoing;
    }

    // ---- input

    /** Appends a record after a gap, as compaction and transaction markers leave them. */
    void appendInput(TopicPartition partition, String value, int gap) {
        long offset = endOf(partition) + gap;
        logOf(partition)
                .put(
                        offset,
                        Samples.record(
                                partition, offset, ("k" + offset).getBytes(UTF_8), value.getBytes(UTF_8), headers()));
        inputEnds.put(partition, offset + 1);
    }

    private static RecordHeaders headers() {
        return new RecordHeaders();
    }

    /** Lets the partition end with something that is no record. */
    void appendMarker(TopicPartition partition) {
        inputEnds.merge(partition, 1L, Long::sum);
    }

    NavigableMap<Long, ConsumerRecord<byte @Nullable [], byte @Nullable []>> logOf(TopicPartition partition) {
        return input.getOrDefault(partition, new TreeMap<>());
    }

    long endOf(TopicPartition partition) {
        return inputEnds.getOrDefault(partition, 0L);
    }

    /** Whether everything in the input is committed. */
    boolean isAllCommitted() {
        return input.entrySet().stream()
                .allMatch(entry -> entry.getValue().isEmpty()
                        || group.committed(entry.getKey()) > entry.getValue().lastKey());
    }

    List<TopicPartition> partitions() {
        return group.partitions();
    }

    // ---- output

    /** Everything that was ever written, in the order in which it came. */
    List<Written> written() {
        return written;
    }

    /** A producer without transactions. */
    void append(ProducerRecord<byte @Nullable [], byte @Nullable []> record) {
        Written entry = new Written(record, null);
        written.add(entry);
        oracle.written(entry);
    }

    /** Registers a transactional id: whoever used it before is fenced, and what it left open is aborted. */
    int register(String id) {
        TransactionalId state = transactionalIds.computeIfAbsent(id, i -> new TransactionalId());
        end(state, TransactionState.ABORTED);
        return ++state.epoch;
    }

    boolean isFenced(String id, int epoch) {
        TransactionalId state = transactionalIds.get(id);
        return state == null || state.epoch != epoch;
    }

    void append(String id, ProducerRecord<byte @Nullable [], byte @Nullable []> record) {
        Transaction transaction = ongoing(id);
        Written entry = new Written(record, transaction);
        transaction.records.add(entry);
        written.add(entry);
    }

    void addOffsets(String id, Map<TopicPartition, Long> offsets) {
        ongoing(id).offsets.putAll(offsets);
    }

    void endTransaction(String id, TransactionState end) {
        TransactionalId state = transactionalIds.get(id);
        if (state != null) {
            end(state, end);
        }
    }

    private Transaction ongoing(String id) {
        TransactionalId state = transactionalIds.computeIfAbsent(id, i -> new TransactionalId());
        Transaction ongoing = state.ongoing;
        if (ongoing == null) {
            ongoing = new Transaction(id, clock.nanos());
            state.ongoing = ongoing;
        }
        return ongoing;
    }

    private void end(TransactionalId id, TransactionState end) {
        Transaction transaction = id.ongoing;
        if (transaction == null) {
            return;
        }
        id.ongoing = null;
        transaction.state = end;
        if (end == TransactionState.COMMITTED) {
            oracle.committing(transaction, group);
            group.commit(transaction.offsets);
        }
    }

    /** Aborts transactions that have been open for too long, and fences their producers. */
    int timeOutTransactions() {
        int count = 0;
        for (TransactionalId id : transactionalIds.values()) {
            Transaction ongoing = id.ongoing;
            if (ongoing != null && clock.nanos() - ongoing.startNanos > Scenario.TRANSACTION_TIMEOUT.toNanos()) {
                end(id, TransactionState.ABORTED);
                id.epoch++;
                count++;
            }
        }
        return count;
    }

    // ---- offsets

    /** Whether a transaction that has not ended holds an offset of this partition: nobody is told where to begin until it has. */
    boolean isPending(TopicPartition partition) {
        return transactionalIds.values().stream()
                .anyMatch(id -> id.ongoing != null && id.ongoing.offsets.containsKey(partition));
    }

    /** What the group has committed of these partitions. */
    Map<TopicPartition, Long> committed(Set<TopicPartition> partitions) {
        return partitions.stream().collect(Collectors.toMap(partition -> partition, group::committed));
    }

    /** Commits offsets for a consumer; the group has let it through. */
    void commitOffsets(Map<TopicPartition, Long> offsets) {
        oracle.committing(offsets, group);
        group.commit(offsets);
    }
}
