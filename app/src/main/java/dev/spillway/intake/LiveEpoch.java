package dev.spillway.intake;

import dev.spillway.ledger.Account;
import dev.spillway.ledger.Epoch;
import dev.spillway.ledger.PartitionId;
import dev.spillway.sink.Delivery;
import dev.spillway.sink.Publisher;
import dev.spillway.sink.Run;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/** An epoch that is not committed yet, with what the loop has to know about it. The consumer loop's own. */
final class LiveEpoch {
    private final Epoch epoch;
    private final Publisher publisher;
    private final Map<TopicPartition, Run> runs = new HashMap<>();

    /** Partitions that were given up while the epoch was being committed. */
    private final Set<TopicPartition> givenUp = new HashSet<>();

    private long firstRecordAtNanos;
    private long sealedAtNanos;
    private long commitAtNanos;
    private @Nullable CompletableFuture<@Nullable Void> commit;

    LiveEpoch(Epoch epoch, Publisher publisher) {
        this.epoch = epoch;
        this.publisher = publisher;
    }

    Epoch epoch() {
        return epoch;
    }

    Publisher publisher() {
        return publisher;
    }

    Run runOf(TopicPartition partition) {
        return runs.computeIfAbsent(
                partition,
                tp -> new Run(epoch.ledger().account(new PartitionId(tp.topic(), tp.partition())), publisher));
    }

    /** Whether any record of these partitions belongs to the epoch. */
    boolean holdsAny(Collection<TopicPartition> partitions) {
        return partitions.stream()
                .map(runs::get)
                .anyMatch(run -> run != null && run.account().consumedCount() > 0);
    }

    /** How many records have no outcome yet. Where more was settled than consumed it is none: the balance will find that. */
    long outstanding() {
        return Math.max(0, epoch.ledger().consumed() - epoch.ledger().settled());
    }

    void consume(Delivery delivery, long nowNanos) {
        if (epoch.isEmpty()) {
            firstRecordAtNanos = nowNanos;
        }
        delivery.run().account().consume(delivery.record().offset());
    }

    /** Notes that up to this offset there is nothing left to consume, if the epoch holds any record of the partition. */
    void skipTo(TopicPartition partition, long offset) {
        if (holdsAny(List.of(partition))) {
            runOf(partition).account().skipTo(offset);
        }
    }

    /** How long the epoch has held records. */
    Duration busyFor(long nowNanos) {
        return epoch.isEmpty() ? Duration.ZERO : Duration.ofNanos(nowNanos - firstRecordAtNanos);
    }

    /**
     * Whether a queued record may leave the epoch again: nobody has touched it, nor anything behind it in its partition. In a queue
     * without lanes takers and evictions take the head, so that only what was settled at the door can lie behind. Called under the
     * queue's lock.
     */
    boolean mayLeave(Delivery queued, TopicPartition partition) {
        return queued.run() == runs.get(partition)
                && queued.run().isUntouchedFrom(queued.record().offset());
    }

    /** The offsets to commit: of each partition that the epoch holds records of, the one behind them. */
    Map<TopicPartition, OffsetAndMetadata> offsets() {
        Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
        runs.forEach((partition, run) -> {
            Account account = run.account();
            if (account.consumedCount() > 0) {
                offsets.put(partition, new OffsetAndMetadata(account.nextOffset()));
            }
        });
        return offsets;
    }

    /**
     * Notes that these partitions are not ours any more. Should they come back, another owner may have gone on from where they began
     * here, so an abort must not rewind them.
     */
    void giveUp(Collection<TopicPartition> partitions) {
        givenUp.addAll(partitions);
    }

    /** Where each partition would have to be polled again from, if the epoch were aborted. */
    Map<TopicPartition, Long> startOffsets() {
        Map<TopicPartition, Long> offsets = new HashMap<>();
        runs.forEach((partition, run) -> {
            if (run.account().firstOffset() >= 0 && !givenUp.contains(partition)) {
                offsets.put(partition, run.account().firstOffset());
            }
        });
        return offsets;
    }

    @Nullable
    CompletableFuture<@Nullable Void> commit() {
        return commit;
    }

    void committing(CompletableFuture<@Nullable Void> future, long nowNanos) {
        commit = future;
        commitAtNanos = nowNanos;
    }

    void seal(long nowNanos) {
        epoch.seal();
        sealedAtNanos = nowNanos;
    }

    /** What can be said of it to others. */
    IntakeStatus.EpochStatus status(long nowNanos) {
        long since =
                switch (epoch.state()) {
                    case OPEN -> firstRecordAtNanos;
                    case SEALED -> sealedAtNanos;
                    default -> commitAtNanos;
                };
        return new IntakeStatus.EpochStatus(
                epoch.number(),
                epoch.state(),
                epoch.isEmpty() ? nowNanos : firstRecordAtNanos,
                epoch.isEmpty() ? nowNanos : since,
                epoch.ledger().consumed(),
                outstanding());
    }

    /** How many offsets of a partition its run spans. */
    long span(TopicPartition partition) {
        Run run = runs.get(partition);
        return run == null || run.account().firstOffset() < 0
                ? 0
                : run.account().nextOffset() - run.account().firstOffset();
    }

    /** How it ended. */
    EpochHistory.EndedEpoch ended(long nowMillis, long nowNanos, @Nullable String reason) {
        return new EpochHistory.EndedEpoch(
                epoch.report(),
                nowMillis,
                busyFor(nowNanos),
                commit == null ? Duration.ZERO : Duration.ofNanos(nowNanos - commitAtNanos),
                reason);
    }
}
