package dev.spillway.intake;

import dev.spillway.flow.BatchOffer;
import dev.spillway.flow.ShedQueue;
import dev.spillway.flow.Time;
import dev.spillway.ledger.Epoch;
import dev.spillway.ledger.ImbalanceException;
import dev.spillway.ledger.RunTotals;
import dev.spillway.sink.DeadLetterCause;
import dev.spillway.sink.Delivery;
import dev.spillway.sink.EpochAbortedException;
import dev.spillway.sink.Publisher;
import dev.spillway.sink.Run;
import dev.spillway.sink.SendFailure;
import dev.spillway.sink.Sink;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The epochs that are not committed yet: one open, which records join, and before it those that wait to join, balance and commit, in
 * their order. The consumer loop's own; nothing here waits.
 *
 * <p><b>The cut.</b> What is still queued when an epoch is sealed moves on to the next one, in both ledgers: nobody has touched it, so it
 * may belong to either. A sealed epoch therefore holds only what was taken or settled, and joins as soon as the workers are done with
 * what they have in hand, however long the queue is. Only where a policy settles arrivals at the door, or records wait for others of
 * their key, does something touched lie behind something queued; then what lies between stays, because an epoch's offsets have no holes.
 */
final class EpochPipeline {
    private static final Logger LOG = LoggerFactory.getLogger(EpochPipeline.class);

    private final Sink sink;
    private final ShedQueue<Delivery> queue;
    private final @Nullable Duration interval;
    private final Supplier<ConsumerGroupMetadata> group;
    private final Time time;
    private final Runnable onChange;

    private final Deque<LiveEpoch> sealed = new ArrayDeque<>();
    private @Nullable LiveEpoch open;
    private long lastNumber;
    private volatile RunTotals totals = RunTotals.ZERO;
    private final LongAdder consumedRecords = new LongAdder();
    private final EpochHistory history = new EpochHistory();
    private final EpochSize size;
    private long imbalance;

    /**
     * Begins without an epoch.
     *
     * @param interval how long an epoch stays open; null for as long as the run
     * @param size how many records an epoch may hold
     * @param group the consumer's present membership
     * @param onChange called by any thread when an epoch has joined; must not block
     */
    EpochPipeline(
            Sink sink,
            ShedQueue<Delivery> queue,
            @Nullable Duration interval,
            EpochSize size,
            Supplier<ConsumerGroupMetadata> group,
            Time time,
            Runnable onChange) {
        this.sink = sink;
        this.queue = queue;
        this.interval = interval;
        this.size = size;
        this.group = group;
        this.time = time;
        this.onChange = onChange;
    }

    /** What has been committed so far. Any thread. */
    RunTotals totals() {
        return totals;
    }

    /** How many records were taken into an epoch; one that comes again after an abort counts again. Any thread. */
    long consumedRecords() {
        return consumedRecords.sum();
    }

    /** What became of the last epochs. Any thread. */
    EpochHistory history() {
        return history;
    }

    /** By how many records the books of an epoch were off. */
    long imbalance() {
        return imbalance;
    }

    /** The epochs that are not committed yet, the oldest first; an open one only if it holds anything. */
    List<IntakeStatus.EpochStatus> statuses() {
        long now = time.nanoTime();
        return live().filter(epoch -> !epoch.epoch().isEmpty())
                .map(epoch -> epoch.status(now))
                .toList();
    }

    /** How many offsets of a partition are in epochs that are not committed yet. */
    long uncommitted(TopicPartition partition) {
        return live().mapToLong(epoch -> epoch.span(partition)).sum();
    }

    /** Opens an epoch unless one is open; false while the sink has no place for one, as after an abort. */
    boolean ensureOpen() {
        if (open == null && sink.canOpen()) {
            open = next();
        }
        return open != null;
    }

    /**
     * How many more outcomes the open epoch should have; any number where the run is one epoch. What is queued does not count: it moves
     * on to the next one.
     */
    long room() {
        if (interval == null) {
            return Long.MAX_VALUE;
        }
        return open == null ? 0 : size.room(open.epoch().ledger().settled());
    }

    /** Lets epochs hold fewer records: the oldest of those that are about to be given up took too long, or Kafka failed it. */
    void shrink() {
        live().filter(epoch -> !isBeingCommitted(epoch))
                .findFirst()
                .ifPresent(oldest -> size.givenUp(oldest.epoch().ledger().settled()));
    }

    /** Makes arrivals part of the open epoch, before they are offered; {@link #consumed} books those that were taken in. */
    void stamp(List<Delivery> arrivals) {
        LiveEpoch epoch = openEpoch();
        long now = time.nanoTime();
        TopicPartition partition = null;
        Run run = null;
        for (Delivery delivery : arrivals) {
            if (run == null || !delivery.partition().equals(partition)) {
                partition = delivery.partition();
                run = epoch.runOf(partition);
            }
            delivery.moveTo(run);
            delivery.queuedAt(now);
        }
    }

    /** Books arrivals that the queue has taken in or shed. */
    void consumed(List<Delivery> arrivals) {
        LiveEpoch epoch = openEpoch();
        long now = time.nanoTime();
        for (Delivery delivery : arrivals) {
            epoch.consume(delivery, now);
        }
        consumedRecords.add(arrivals.size());
    }

    /** Settles what the policy shed, each in its own epoch. */
    void drop(List<BatchOffer.Victim<Delivery>> victims) {
        List<Delivery> dropped = new ArrayList<>(victims.size());
        for (BatchOffer.Victim<Delivery> victim : victims) {
            Delivery delivery = victim.item();
            delivery.noteShed();
            if (delivery.run().publisher().decideDropped(delivery, victim.reason())) {
                dropped.add(delivery);
            }
        }
        Publisher.publishAll(dropped);
    }

    /** Books and settles an arrival that no queue could hold. */
    void refuse(Delivery delivery, String reason) {
        stamp(List.of(delivery));
        consumed(List.of(delivery));
        delivery.noteShed();
        delivery.run().publisher().deadLettered(delivery, DeadLetterCause.TOO_LARGE, reason, 0);
    }

    /** Notes that up to this offset there is nothing left to consume. */
    void skipTo(TopicPartition partition, long offset) {
        if (open != null) {
            open.skipTo(partition, offset);
        }
    }

    /** Seals the open epoch if it holds anything, its time has come or it is full, and there is a place for the next one. */
    void sealIfDue() {
        if (interval != null
                && open != null
                && !open.epoch().isEmpty()
                && (room() == 0 || open.busyFor(time.nanoTime()).compareTo(interval) >= 0)) {
            seal();
        }
    }

    /** Seals the open epoch if all that it holds is settled: at the end of a run nothing is gained by waiting for its time. */
    void sealIfSettled() {
        if (interval != null && outstanding() == 0) {
            seal();
        }
    }

    /**
     * Seals the open epoch, if it holds anything and there is a place for the next one.
     *
     * @return whether no open epoch holds anything now
     */
    boolean seal() {
        LiveEpoch closing = open;
        if (closing == null || closing.epoch().isEmpty()) {
            return true;
        }
        if (!sink.canOpen()) {
            return false;
        }
        LiveEpoch following = next();
        cut(closing, following);
        open = following;
        if (closing.epoch().isEmpty()) {
            return dissolve(closing);
        }
        closing.seal(time.nanoTime());
        sealed.add(closing);
        return true;
    }

    /** Seals the open epoch if it holds any record of these partitions and there is a place for the next one. */
    void sealHolding(Collection<TopicPartition> partitions) {
        if (open != null && open.holdsAny(partitions)) {
            seal();
        }
    }

    /** Seals the open epoch as the last one: what it holds is touched or will be, and nothing follows. */
    void sealLast() {
        LiveEpoch closing = open;
        if (closing != null && !closing.epoch().isEmpty()) {
            closing.seal(time.nanoTime());
            sealed.add(closing);
            open = null;
        }
    }

    /**
     * Moves the epochs on as far as they go without waiting.
     *
     * @throws EpochAbortedException when the first of them was not committed
     * @throws dev.spillway.ledger.ImbalanceException when its books do not balance
     */
    void advance() throws EpochAbortedException {
        LiveEpoch first = sealed.peek();
        while (first != null && isCommitted(first)) {
            sealed.remove();
            EpochHistory.EndedEpoch ended = first.ended(time.currentTimeMillis(), time.nanoTime(), null);
            size.committed(first.epoch().ledger().settled(), ended.lasted(), ended.committing());
            totals = totals.plusCommitted(ended.report());
            history.add(ended);
            first = sealed.peek();
        }
    }

    /** Whether everything that was consumed is committed. */
    boolean isIdle() {
        return sealed.isEmpty() && (open == null || open.epoch().isEmpty());
    }

    /** How many records have no outcome yet: queued ones, and those that workers have. */
    long outstanding() {
        return live().mapToLong(LiveEpoch::outstanding).sum();
    }

    /** For how long the oldest epoch whose fate is still ours to decide has held records: not one that is being committed. */
    Duration oldestBusyFor() {
        long now = time.nanoTime();
        return live().filter(epoch -> !isBeingCommitted(epoch))
                .findFirst()
                .map(epoch -> epoch.busyFor(now))
                .orElse(Duration.ZERO);
    }

    /** Whether any record of these partitions is in an epoch that is not committed yet. */
    boolean holdsAny(Collection<TopicPartition> partitions) {
        return live().anyMatch(epoch -> epoch.holdsAny(partitions));
    }

    /** Whether any record of the partition is queued. */
    boolean isAnyQueued(TopicPartition partition) {
        boolean[] found = new boolean[1];
        queue.forEach(delivery -> found[0] |= partition.equals(delivery.partition()));
        return found[0];
    }

    /** The next send that failed, oldest epoch first. */
    @Nullable
    SendFailure pollFailure() {
        return live().map(EpochPipeline::pollFailure)
                .filter(failure -> failure != null)
                .findFirst()
                .orElse(null);
    }

    /** Takes queued records of these partitions that nobody has touched out of queue and ledger: they stay with Kafka. */
    int giveBack(Collection<TopicPartition> partitions) {
        LiveEpoch epoch = open;
        if (epoch == null) {
            return 0;
        }
        List<Delivery> untouched = queue.removeIf(delivery -> {
            TopicPartition partition = delivery.partition();
            return partitions.contains(partition) && epoch.mayLeave(delivery, partition);
        });
        untouched.forEach(
                delivery -> delivery.run().account().withdraw(delivery.record().offset()));
        return untouched.size();
    }

    /**
     * Gives up all epochs but one that is being committed at this moment: the broker decides about that one. What is queued is
     * discarded; what workers have in hand is refused when they are done with it.
     *
     * @return where each partition has to be polled again from
     */
    Map<TopicPartition, Long> abort(String reason) {
        Map<TopicPartition, Long> rewind = new HashMap<>();
        List<LiveEpoch> aborted =
                live().filter(epoch -> !isBeingCommitted(epoch)).toList();
        for (LiveEpoch epoch : aborted) {
            LOG.debug("{} is aborted: {}", epoch.epoch(), reason);
            epoch.epoch().abort();
            sink.abort(epoch.publisher());
            if (!epoch.epoch().isEmpty()) {
                history.add(epoch.ended(time.currentTimeMillis(), time.nanoTime(), reason));
            }
            epoch.startOffsets().forEach((partition, offset) -> rewind.merge(partition, offset, Math::min));
        }
        int count =
                (int) aborted.stream().filter(epoch -> !epoch.epoch().isEmpty()).count();
        totals = totals.plusAborted(count);
        sealed.removeAll(aborted);
        open = null;
        queue.removeIf(delivery -> true);
        queue.forgetParked(Delivery::isDiscarded);
        return rewind;
    }

    /** The group has taken us in, be it under another member id than before. */
    void joined() {
        sink.joinedAs(group.get());
    }

    /** After an abort: what is still being committed cannot rewind these partitions any more, however that ends. */
    void giveUp(Collection<TopicPartition> partitions) {
        sealed.forEach(epoch -> epoch.giveUp(partitions));
    }

    private LiveEpoch next() {
        return new LiveEpoch(new Epoch(++lastNumber, time.nanoTime(), onChange), sink.open());
    }

    private void cut(LiveEpoch closing, LiveEpoch following) {
        long now = time.nanoTime();
        Map<TopicPartition, OffsetAndMetadata> ends = closing.offsets();
        queue.forEach(delivery -> {
            TopicPartition partition = delivery.partition();
            if (closing.mayLeave(delivery, partition)) {
                delivery.run().account().withdraw(delivery.record().offset());
                delivery.moveTo(following.runOf(partition));
                following.consume(delivery, now);
            }
        });
        ends.forEach((partition, end) -> following.skipTo(partition, end.offset()));
    }

    /** Everything has moved on: the epoch ends without a commit. */
    private boolean dissolve(LiveEpoch empty) {
        empty.epoch().abort();
        sink.abort(empty.publisher());
        return true;
    }

    private boolean isCommitted(LiveEpoch first) throws EpochAbortedException {
        Epoch epoch = first.epoch();
        if (!epoch.join() && epoch.state() == Epoch.State.SEALED) {
            return false;
        }
        if (epoch.state() == Epoch.State.JOINED) {
            balance(epoch);
            first.committing(sink.commit(first.publisher(), first.offsets(), group.get()), time.nanoTime());
        }
        CompletableFuture<@Nullable Void> commit = first.commit();
        if (commit == null || !commit.isDone()) {
            return false;
        }
        requireCommitted(commit);
        epoch.commit();
        return true;
    }

    private void balance(Epoch epoch) {
        try {
            epoch.balance();
        } catch (ImbalanceException e) {
            imbalance = e.imbalances().stream()
                    .mapToLong(balance -> Math.max(1, Math.abs(balance.consumed() - balance.settled())))
                    .sum();
            throw e;
        }
    }

    private static void requireCommitted(CompletableFuture<@Nullable Void> commit) throws EpochAbortedException {
        try {
            commit.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof EpochAbortedException aborted) {
                throw aborted;
            }
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
    }

    /** While an epoch is being committed its end is the broker's decision, and a send that failed is no news unless nothing will help. */
    private static @Nullable SendFailure pollFailure(LiveEpoch epoch) {
        SendFailure failure = epoch.publisher().pollFailure();
        while (failure != null && !(failure instanceof SendFailure.Fatal) && isBeingCommitted(epoch)) {
            failure = epoch.publisher().pollFailure();
        }
        return failure;
    }

    private static boolean isBeingCommitted(LiveEpoch epoch) {
        CompletableFuture<@Nullable Void> commit = epoch.commit();
        return commit != null && !commit.isCompletedExceptionally();
    }

    private LiveEpoch openEpoch() {
        if (open == null) {
            throw new IllegalStateException("no epoch is open");
        }
        return open;
    }

    /** All that are not committed yet, oldest first. */
    Stream<LiveEpoch> live() {
        return Stream.concat(sealed.stream(), Stream.ofNullable(open));
    }
}
