package dev.spillway.intake;

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
import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that touches the consumer. Each round it moves the epochs on, polls, and admits what came.
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

    private final Arrivals arrivals;
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
        this.epochs = new EpochPipeline(
                sink,
                queue,
                config.commitInterval(),
                new EpochSize(config.transactionTimeout()),
                consumer::groupMetadata,
                time,
                changed::raise);
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
        this.arrivals = new Arrivals(queue, epochs, breakers, admission, config);
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

    /** Says who knows the ends of partitions while they are paused; without that their lag is what it was before. */
    public void askForEnds(PartitionEnds ends) {
        lags.askForEnds(ends);
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
            arrivals.awaitRoom(changed, PAUSED_WAIT);
        }
        arrivals.admit();
        pauseOrResume();
        arrivals.take(poll(pollTimeout()));
        arrivals.admit();
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
        arrivals.forget();
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
     * @return whether everything that was consumed is committed, or stays with Kafka because the group has moved on; a run that has
     *     reached the end of the input has to have committed it
     */
    public boolean commitLast(Duration timeout) throws InterruptedException {
        boolean finished = isFinished();
        long abortedBefore = totals().aborted();
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
        return epochs.isIdle() && (!finished || totals().aborted() == abortedBefore);
    }

    /** Gives up what is not committed; the group's last words, when the consumer is closed, find nothing left to do. */
    public void abandon(String reason) {
        abandoned = true;
        arrivals.forget();
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
            if (!breakers.isAnyOpen()) { // then it had nothing but probes, which says nothing of how much can be done
                admitHalf();
            }
            rollBackAndShrink("it has held records for " + longestTransaction.toMillis()
                    + " ms, and its transaction is about to time out");
        }
        saySometimes();
    }

    private void admitHalf() {
        if (admission != null) {
            admission.halve();
        }
        if (innerLimits != null) {
            innerLimits.halve();
        }
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
        lags.update(assignedNow, paused);
        Map<TopicPartition, Long> waiting = arrivals.countByPartition();
        status = new IntakeStatus(
                time.nanoTime(),
                arrivals.size(),
                epochs.outstanding(),
                queue.depth(),
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
            rollBackAndShrink(String.valueOf(e.getMessage()));
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
        } else if (failure instanceof SendFailure.Spoiled) {
            rollBack("a send failed: " + failure.cause().getMessage(), Set.of());
        } else {
            rollBackAndShrink("a send failed: " + failure.cause().getMessage());
        }
    }

    /** What took too long would take as long the next time. */
    private void rollBackAndShrink(String reason) {
        epochs.shrink();
        rollBack(reason, Set.of());
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
        arrivals.giveBack(rewind);
        Set<TopicPartition> kept = new HashSet<>(assignment.partitions());
        kept.removeAll(givenUp);
        rewind.keySet().retainAll(kept);
        assignment.seek(rewind);
    }

    private void pauseOrResume() {
        if (!arrivals.isEmpty()) {
            pause(arrivals.whyTheyWait());
        } else if (isLineReached()) {
            pause(IntakeStatus.PauseReason.END_REACHED);
        } else if (paused) {
            assignment.resumeAll();
            paused = false;
        }
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
            epochs.joined();
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
            arrivals.forget(revoked);
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
            arrivals.forget(lost);
            if (epochs.holdsAny(lost)) {
                rollBack("its partitions were lost", lost);
            }
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
