package dev.spillway.intake;

import dev.spillway.flow.BatchOffer;
import dev.spillway.flow.CancellationToken;
import dev.spillway.flow.ShedQueue;
import dev.spillway.flow.Signal;
import dev.spillway.flow.Time;
import dev.spillway.ledger.RunTotals;
import dev.spillway.processor.StageChain;
import dev.spillway.sink.Delivery;
import dev.spillway.sink.EpochAbortedException;
import dev.spillway.sink.SendFailure;
import dev.spillway.sink.Sink;
import dev.spillway.sink.SinkException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that touches the consumer. Each round it moves the epochs on, polls, and admits what came.
 *
 * <p>What a poll brings and the queue does not take at once (under {@code BLOCK}, or while admission is limited) waits in {@code
 * arrivals}, at most one poll's worth: as long as anything waits there the partitions are paused. It is not consumed yet: no epoch knows
 * it, and on a rebalance it is simply forgotten.
 */
public final class ConsumerLoop {
    private static final Logger LOG = LoggerFactory.getLogger(ConsumerLoop.class);

    /** How long a poll may wait while nothing is under way, and so how late a stop may be noticed. */
    private static final Duration IDLE_POLL = Duration.ofMillis(100);
    /** How long a poll may wait while epochs are under way, and so how late a commit may begin. */
    private static final Duration BUSY_POLL = Duration.ofMillis(5);

    private static final Duration PAUSED_WAIT = Duration.ofMillis(5);
    private static final Duration STEP_WAIT = Duration.ofMillis(10);
    /** How often the loop says what it is about. */
    private static final long STATUS_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final Consumer<byte @Nullable [], byte @Nullable []> consumer;
    private final Assignment assignment;
    private final ShedQueue<Delivery> queue;
    private final StageChain stages;
    private final Signal changed;
    private final EpochPipeline epochs;
    private final @Nullable AdmissionLimit admission;
    /** How long an epoch may hold records before its transaction is as good as timed out. */
    private final @Nullable Duration longestTransaction;

    private final @Nullable InnerLimits innerLimits;
    private final CircuitBreakers breakers;
    private final @Nullable ConsumerOffsetCommitter offsetCommitter;
    private final IntakeConfig config;
    private final CancellationToken workerToken;
    private final Time time;

    private final List<Delivery> arrivals = new ArrayList<>();
    private final Map<TopicPartition, Long> polledUpTo = new HashMap<>();
    private boolean paused;
    private IntakeStatus.@Nullable PauseReason pauseReason;

    /** What ended a drain for a rebalance; the consumer wraps whatever its callbacks throw. */
    private @Nullable RuntimeException callbackFailure;

    private boolean abandoned;
    private volatile boolean assigned;
    private @Nullable FinishLine finishLine;
    private final LagView lags;
    private long rebalances;
    private long statusAtNanos;
    private volatile IntakeStatus status = IntakeStatus.NONE;
    private volatile @Nullable Thread thread;

    /**
     * Assembles the loop; {@link #subscribe} comes next.
     *
     * @param offsetCommitter the sink's, if it commits through the consumer
     * @param changed raised by others when an epoch has joined, a send has failed or a commit has ended
     * @param workerToken cancelled when a worker has failed
     */
    public ConsumerLoop(
            IntakeConfig config,
            Consumer<byte @Nullable [], byte @Nullable []> consumer,
            StageChain stages,
            Sink sink,
            @Nullable ConsumerOffsetCommitter offsetCommitter,
            Signal changed,
            CancellationToken workerToken,
            Time time) {
        this.config = config;
        this.consumer = consumer;
        this.stages = stages;
        this.queue = stages.firstQueue();
        this.offsetCommitter = offsetCommitter;
        this.changed = changed;
        this.workerToken = workerToken;
        this.time = time;
        this.assignment = new Assignment(consumer);
        this.lags = new LagView(assignment, time);
        this.statusAtNanos = time.nanoTime() - STATUS_NANOS;
        this.epochs =
                new EpochPipeline(sink, queue, config.commitInterval(), consumer::groupMetadata, time, changed::raise);
        this.breakers = new CircuitBreakers(config.breaker(), stages, time);
        Duration transactionTimeout = config.transactionTimeout();
        this.longestTransaction = transactionTimeout == null
                ? null
                : transactionTimeout.multipliedBy(9).dividedBy(10);
        this.admission = transactionTimeout != null && (queue.policy().shedsOutOfOrder() || config.takesOutOfOrder())
                ? new AdmissionLimit(stages, transactionTimeout.dividedBy(4), time)
                : null;
        this.innerLimits = transactionTimeout != null && stages.stages().size() > 1
                ? new InnerLimits(stages, transactionTimeout.dividedBy(4), time)
                : null;
    }

    /** For those who check from outside that the books are right at every moment. */
    EpochPipeline epochs() {
        return epochs;
    }

    /** Joins the group. */
    public void subscribe() {
        thread = Thread.currentThread();
        consumer.subscribe(config.topics(), new Rebalances());
    }

    /** Notes where the input is to end; {@link #isFinished} is measured by it. */
    public void finishAt(Map<TopicPartition, Long> endOffsets) {
        finishLine = new FinishLine(endOffsets);
    }

    /**
     * Whether everything up to the noted end offsets has settled and, unless the whole run is one epoch, is committed. Until then an
     * epoch may still be aborted, and what it held has to be polled again.
     */
    public boolean isFinished() {
        return isLineReached() && (config.commitInterval() == null ? epochs.outstanding() == 0 : epochs.isIdle());
    }

    /**
     * Whether everything up to the noted end offsets has been admitted. Without partitions nobody knows: the first assignment may be
     * still to come, or these were lost; and when the other members have ended, their partitions come here.
     */
    private boolean isLineReached() {
        FinishLine line = finishLine;
        return line != null
                && !assignment.partitions().isEmpty()
                && arrivals.isEmpty()
                && line.isReached(assignment.partitions(), assignment::position);
    }

    /** Whether the group has assigned partitions to this member. Any thread. */
    public boolean hasAssignment() {
        return assigned;
    }

    /** What the run has come to so far. Any thread. */
    public RunTotals totals() {
        return epochs.totals();
    }

    /** How many records were taken into an epoch; one that comes again after an abort counts again. Any thread. */
    public long consumedRecords() {
        return epochs.consumedRecords();
    }

    /** What became of the last epochs. Any thread. */
    public EpochHistory history() {
        return epochs.history();
    }

    /** What the loop last said of itself. Any thread. */
    public IntakeStatus status() {
        return status;
    }

    /** The thread that runs it; null before {@link #subscribe}. Any thread. */
    public @Nullable Thread thread() {
        return thread;
    }

    /**
     * One round: epochs, poll, admission.
     *
     * @throws SinkException when Kafka refuses what the sidecar has to give, for good
     * @throws dev.spillway.ledger.ImbalanceException when an epoch does not balance
     * @throws InterruptedException when the thread is interrupted
     */
    public void runOnce() throws InterruptedException {
        requireWorkers();
        step();
        if (!arrivals.isEmpty()) {
            awaitRoom();
        }
        admit();
        pauseOrResume();
        take(poll(pollTimeout()));
        admit();
        if (isLineReached()) {
            epochs.sealIfSettled();
        }
        epochs.sealIfDue();
        saySometimes();
    }

    /**
     * Admits nothing more and lets what was admitted settle and commit. When that takes too long, what no worker has touched is given
     * back to Kafka first; then, at the deadline, this returns.
     *
     * @return whether everything is settled and committed
     */
    public boolean drain(Duration timeout) throws InterruptedException {
        arrivals.clear();
        polledUpTo.clear();
        long start = time.nanoTime();
        long giveBackAt = start + timeout.multipliedBy(3).dividedBy(4).toNanos();
        boolean givenBack = false;
        while (epochs.outstanding() > 0 && time.nanoTime() - start < timeout.toNanos()) {
            if (!givenBack && time.nanoTime() - giveBackAt >= 0) {
                givenBack = true;
                int count = epochs.giveBack(assignment.partitions());
                LOG.info("the shutdown cannot wait for the queue: {} untouched records stay with Kafka", count);
            }
            requireWorkers();
            keepMembership();
            step();
            epochs.sealIfDue();
            changed.await(STEP_WAIT);
        }
        return epochs.outstanding() == 0;
    }

    /**
     * Commits what is settled, at the end of a run: the workers have been joined, however that went. It polls on, since a poll brings the
     * answers to commits, and the end of a rebalance that may be in their way.
     *
     * @return whether everything that was consumed is committed
     */
    public boolean commitLast(Duration timeout) throws InterruptedException {
        if (offsetCommitter != null) {
            offsetCommitter.awaitAnswers();
        }
        long start = time.nanoTime();
        boolean last = false;
        while (!epochs.isIdle() && time.nanoTime() - start < timeout.toNanos()) {
            keepMembership();
            step();
            if (!last && epochs.outstanding() == 0) {
                epochs.sealLast();
                last = true;
            } else {
                changed.await(STEP_WAIT);
            }
        }
        return epochs.isIdle();
    }

    /** Gives up what is not committed; the group's last words, when the consumer is closed, find nothing left to do. */
    public void abandon(String reason) {
        abandoned = true;
        arrivals.clear();
        epochs.abort(reason);
        stages.forgetDiscarded();
        say();
    }

    /** Everything that has to happen in each round, whether records are polled or not. */
    private void step() {
        stages.interruptOverdue();
        handleFailures();
        if (offsetCommitter != null) {
            offsetCommitter.tryAgain();
        }
        advance();
        breakers.update();
        if (admission != null) {
            admission.update();
        }
        if (innerLimits != null) {
            innerLimits.update();
        }
        if (longestTransaction != null && epochs.oldestBusyFor().compareTo(longestTransaction) >= 0) {
            if (admission != null) {
                admission.halve();
            }
            if (innerLimits != null) {
                innerLimits.halve();
            }
            rollBack(
                    "it has held records for " + longestTransaction.toMillis()
                            + " ms, and its transaction is about to time out",
                    Set.of());
        }
        saySometimes();
    }

    private void saySometimes() {
        long now = time.nanoTime();
        if (now - statusAtNanos >= STATUS_NANOS) {
            statusAtNanos = now;
            say();
        }
    }

    private void say() {
        Set<TopicPartition> assignedNow = abandoned ? Set.of() : assignment.partitions();
        lags.update(assignedNow);
        Map<TopicPartition, Long> waiting = new HashMap<>();
        arrivals.forEach(delivery -> waiting.merge(delivery.partition(), 1L, Long::sum));
        status = new IntakeStatus(
                time.nanoTime(),
                arrivals.size(),
                epochs.outstanding(),
                paused ? pauseReason : null,
                assignedNow.stream()
                        .map(partition -> statusOf(partition, waiting.getOrDefault(partition, 0L)))
                        .toList(),
                epochs.statuses(),
                rebalances,
                epochs.imbalance());
    }

    private IntakeStatus.PartitionStatus statusOf(TopicPartition partition, long waiting) {
        long uncommitted = epochs.uncommitted(partition) + waiting;
        long ahead = lags.of(partition);
        return new IntakeStatus.PartitionStatus(
                partition.topic(), partition.partition(), uncommitted, ahead < 0 ? -1 : ahead + uncommitted);
    }

    /** A worker that has failed ends the run. Not asked when the workers are joined: late ones are cancelled then. */
    private void requireWorkers() {
        if (workerToken.isCancelled()) {
            throw new WorkerFailedException(workerToken.reason().orElse("cancelled"));
        }
    }

    private void advance() {
        try {
            epochs.advance();
        } catch (EpochAbortedException e) {
            LOG.debug("commit failed", e);
            rollBack(String.valueOf(e.getMessage()), Set.of());
        }
    }

    private void handleFailures() {
        SendFailure failure = epochs.pollFailure();
        while (failure != null) {
            handle(failure);
            failure = epochs.pollFailure();
        }
    }

    private void handle(SendFailure failure) {
        if (failure instanceof SendFailure.Spoiled refused && config.transactionTimeout() == null) {
            refused.delivery().run().publisher().deadLetteredInstead(refused);
        } else if (failure instanceof SendFailure.Fatal fatal) {
            throw fatal.cause() instanceof RuntimeException e ? e : new SinkException("a send failed", fatal.cause());
        } else {
            rollBack("a send failed: " + failure.cause().getMessage(), Set.of());
        }
    }

    /** Aborts what is not committed and polls it again, except for partitions that are being given up. */
    private void rollBack(String reason, Collection<TopicPartition> givenUp) {
        LOG.warn("epoch aborted, its records will be processed again: {}", reason);
        if (!givenUp.isEmpty() && offsetCommitter != null) {
            offsetCommitter.giveUp();
        }
        Map<TopicPartition, Long> rewind = epochs.abort(reason);
        stages.forgetDiscarded();
        epochs.giveUp(givenUp);
        for (Delivery delivery : arrivals) {
            rewind.merge(delivery.partition(), delivery.record().offset(), Math::min);
        }
        arrivals.clear();
        Set<TopicPartition> kept = new HashSet<>(assignment.partitions());
        kept.removeAll(givenUp);
        rewind.keySet().retainAll(kept);
        assignment.seek(rewind);
        polledUpTo.clear();
    }

    private void take(ConsumerRecords<byte @Nullable [], byte @Nullable []> records) {
        for (TopicPartition partition : records.partitions()) {
            for (ConsumerRecord<byte @Nullable [], byte @Nullable []> record : records.records(partition)) {
                arrivals.add(new Delivery(record, partition));
            }
        }
        records.nextOffsets().forEach((partition, next) -> polledUpTo.put(partition, next.offset()));
    }

    /** Offers what has arrived to the queue, as far as it goes without waiting. */
    private void admit() {
        if (arrivals.isEmpty() || isHeldBack() || !epochs.ensureOpen()) {
            return;
        }
        int admitted = 0;
        boolean more = true;
        while (more && admitted < arrivals.size()) {
            int handled = admitSome(arrivals.subList(admitted, arrivals.size()));
            admitted += handled;
            more = handled > 0;
        }
        arrivals.subList(0, admitted).clear();
        if (arrivals.isEmpty()) {
            polledUpTo.forEach(epochs::skipTo);
            polledUpTo.clear();
        }
    }

    /** While the breaker is open nothing more comes in, unless there is nothing left that a probe could be made with. */
    private boolean isHeldBack() {
        return breakers.isAnyOpen() && epochs.outstanding() > 0;
    }

    private int admitSome(List<Delivery> waiting) {
        if (isTooLarge(waiting.get(0))) {
            if (hasToWaitBehindTheQueue(waiting.get(0))) {
                return 0;
            }
            epochs.refuse(
                    waiting.get(0),
                    "the record has " + waiting.get(0).size() + " bytes, more than queue.capacity.bytes="
                            + config.queueCapacityBytes());
            return 1;
        }
        List<Delivery> offered = waiting.subList(0, offerable(waiting));
        if (offered.isEmpty()) {
            return 0;
        }
        epochs.stamp(offered);
        BatchOffer<Delivery> offer = queue.offerAll(offered);
        epochs.consumed(offered.subList(0, offer.handled()));
        epochs.drop(offer.victims());
        return offer.handled();
    }

    private boolean isTooLarge(Delivery delivery) {
        return delivery.size() > config.queueCapacityBytes();
    }

    /**
     * What is settled at the door ties all that is queued before it in its partition to its epoch. Within a transaction that may be more
     * than fits, unless admission sees to that.
     */
    private boolean hasToWaitBehindTheQueue(Delivery delivery) {
        return config.transactionTimeout() != null && admission == null && epochs.isAnyQueued(delivery.partition());
    }

    /** How many of them may be offered at once: as many as admission allows, up to one that is too large for any queue. */
    private int offerable(List<Delivery> waiting) {
        int most = admission == null
                ? waiting.size()
                : Math.min(waiting.size(), admission.allowance(epochs.outstanding()));
        for (int i = 0; i < most; i++) {
            if (isTooLarge(waiting.get(i))) {
                return i;
            }
        }
        return most;
    }

    private void awaitRoom() throws InterruptedException {
        if (!epochs.ensureOpen() || admission != null || breakers.isAnyOpen() || isTooLarge(arrivals.get(0))) {
            changed.await(PAUSED_WAIT);
        } else {
            queue.awaitDepth(queue.snapshot().limit() / 2, PAUSED_WAIT);
        }
    }

    private void pauseOrResume() {
        if (!arrivals.isEmpty()) {
            pause(whyArrivalsWait());
        } else if (isLineReached()) {
            pause(IntakeStatus.PauseReason.END_REACHED);
        } else if (paused) {
            assignment.resumeAll();
            paused = false;
        }
    }

    private IntakeStatus.PauseReason whyArrivalsWait() {
        if (isHeldBack()) {
            return IntakeStatus.PauseReason.DOWNSTREAM_DOWN;
        }
        if (!epochs.ensureOpen()) {
            return IntakeStatus.PauseReason.COMMIT_PENDING;
        }
        return admission == null ? IntakeStatus.PauseReason.QUEUE_FULL : IntakeStatus.PauseReason.ADMISSION_LIMITED;
    }

    private void pause(IntakeStatus.PauseReason why) {
        assignment.pauseAll();
        pauseReason = why;
        paused = true;
    }

    private Duration pollTimeout() {
        if (!arrivals.isEmpty()) {
            return Duration.ZERO;
        }
        return epochs.isIdle() ? IDLE_POLL : BUSY_POLL;
    }

    private ConsumerRecords<byte @Nullable [], byte @Nullable []> poll(Duration timeout) {
        try {
            var records = consumer.poll(timeout);
            assigned = !assignment.partitions().isEmpty();
            return records;
        } catch (KafkaException e) {
            RuntimeException ours = callbackFailure;
            throw ours == null ? e : ours;
        }
    }

    private void keepMembership() {
        pause(IntakeStatus.PauseReason.DRAINING);
        poll(Duration.ZERO);
    }

    private void setSynchronousCommits(boolean synchronous) {
        if (offsetCommitter != null) {
            offsetCommitter.setSynchronous(synchronous);
        }
    }

    /** What the group does to us, in the loop's own thread: Kafka calls it from within poll. */
    private final class Rebalances implements ConsumerRebalanceListener {
        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
            rebalances++;
            if (!partitions.isEmpty()) {
                LOG.info("assigned {}", partitions);
            }
            if (paused) {
                assignment.pause(partitions);
            }
        }

        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
            if (abandoned) {
                return;
            }
            Set<TopicPartition> revoked = Set.copyOf(partitions);
            forgetArrivals(revoked);
            int givenBack = epochs.giveBack(revoked);
            if (epochs.holdsAny(revoked)) {
                settle(revoked);
            }
            if (!revoked.isEmpty()) {
                LOG.info("revoked {}; {} untouched records stay with Kafka", revoked, givenBack);
            }
        }

        @Override
        public void onPartitionsLost(Collection<TopicPartition> partitions) {
            if (abandoned) {
                return;
            }
            Set<TopicPartition> lost = Set.copyOf(partitions);
            LOG.warn("lost {}: another member may own them already, nothing of them is committed", lost);
            forgetArrivals(lost);
            if (epochs.holdsAny(lost)) {
                rollBack("its partitions were lost", lost);
            }
        }

        private void forgetArrivals(Set<TopicPartition> partitions) {
            arrivals.removeIf(delivery -> partitions.contains(delivery.partition()));
            polledUpTo.keySet().removeAll(partitions);
        }

        private void settle(Set<TopicPartition> revoked) {
            setSynchronousCommits(true);
            try {
                if (!awaitCommitted(revoked)) {
                    rollBack(
                            "the drain for a rebalance missed its deadline of "
                                    + config.revocationTimeout().toMillis() + " ms",
                            revoked);
                }
            } catch (RuntimeException e) {
                callbackFailure = e;
                throw e;
            } catch (InterruptedException e) {
                rollBack("interrupted while draining for a rebalance", revoked);
                Thread.currentThread().interrupt();
            } finally {
                setSynchronousCommits(false);
            }
        }

        private boolean awaitCommitted(Set<TopicPartition> revoked) throws InterruptedException {
            long start = time.nanoTime();
            while (epochs.holdsAny(revoked)) {
                if (time.nanoTime() - start >= config.revocationTimeout().toNanos()) {
                    return false;
                }
                requireWorkers();
                step();
                epochs.sealHolding(revoked);
                changed.await(STEP_WAIT);
            }
            LOG.debug("drained for a rebalance in {} ms", TimeUnit.NANOSECONDS.toMillis(time.nanoTime() - start));
            return true;
        }
    }
}
