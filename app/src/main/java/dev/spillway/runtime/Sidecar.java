package dev.spillway.runtime;

import dev.spillway.config.Guarantee;
import dev.spillway.config.Ordering;
import dev.spillway.config.SpillwayConfig;
import dev.spillway.flow.CancellationToken;
import dev.spillway.flow.JoinReport;
import dev.spillway.flow.Signal;
import dev.spillway.flow.Time;
import dev.spillway.flow.WorkerScope;
import dev.spillway.intake.ConsumerLoop;
import dev.spillway.intake.ConsumerOffsetCommitter;
import dev.spillway.intake.IntakeConfig;
import dev.spillway.ledger.RunTotals;
import dev.spillway.processor.CpuPool;
import dev.spillway.processor.StageChain;
import dev.spillway.processor.Works;
import dev.spillway.sink.AcknowledgingSink;
import dev.spillway.sink.OutputFactory;
import dev.spillway.sink.Sink;
import dev.spillway.sink.SizeLimits;
import dev.spillway.sink.SpoiledOrigins;
import dev.spillway.sink.TransactionalSink;
import dev.spillway.sink.Transactions;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.TransactionalIdAuthorizationException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One run of the sidecar, from assembly to report. {@link #run} occupies the calling thread, which becomes the consumer loop; {@link
 * #stop} may be called by any thread.
 *
 * <p>Shutdown has this order: take nothing new; drain; close the queue, which ends the workers; join them, interrupting those that are
 * late; commit the last epoch if it balances, otherwise abort it; join the commits; close producers, processor and consumer; report.
 */
public final class Sidecar {
    private static final Logger LOG = LoggerFactory.getLogger(Sidecar.class);

    /** How long an interrupted worker may take to end before it is reported as leaked. */
    private static final Duration GRACE = Duration.ofSeconds(2);
    /** How long a worker that waits at the queue may take to notice that it was closed, before it counts as one that has to be aborted. */
    private static final Duration WAKE_UP = Duration.ofSeconds(1);
    /** How long the broker may take to confirm the last commits. */
    private static final Duration LAST_COMMIT = Duration.ofSeconds(30);

    private final SpillwayConfig config;
    private final Time time;
    private final boolean untilEnd;
    private final Lifecycle lifecycle = new Lifecycle();
    private final AtomicReference<@Nullable String> stopReason = new AtomicReference<>();
    private final Signal changed;
    private final @Nullable MeterRegistry registry;
    private volatile @Nullable ConsumerLoop loop;
    private volatile @Nullable Instruments instruments;

    /**
     * Assembles nothing yet; the configuration is valid by its type.
     *
     * @param untilEnd whether to stop at the input's end as it is at start
     */
    public Sidecar(SpillwayConfig config, boolean untilEnd, Time time) {
        this(config, untilEnd, time, null);
    }

    /**
     * As the other one, with Kafka's own measurements bound.
     *
     * @param registry where what Kafka's clients measure is bound while the sidecar runs; null for nowhere
     */
    public Sidecar(SpillwayConfig config, boolean untilEnd, Time time, @Nullable MeterRegistry registry) {
        this.config = config;
        this.registry = registry;
        this.untilEnd = untilEnd;
        this.time = time;
        this.changed = new Signal(time);
    }

    /** Asks for an orderly end; the first reason counts. Any thread. */
    public void stop(String reason) {
        stopReason.compareAndSet(null, reason);
        changed.raise();
    }

    /** Where the sidecar is in its life. Any thread. */
    public Lifecycle.State state() {
        return lifecycle.state();
    }

    /** What has been committed so far. Any thread. */
    public RunTotals totals() {
        ConsumerLoop current = loop;
        return current == null ? RunTotals.ZERO : current.totals();
    }

    /** What can be seen of it; null before it is assembled, which is after the first look at the cluster. Any thread. */
    public @Nullable Instruments instruments() {
        return instruments;
    }

    /** Whether it is running and the group has assigned it partitions. Any thread. */
    public boolean isReady() {
        ConsumerLoop current = loop;
        return lifecycle.state() instanceof Lifecycle.Running && current != null && current.hasAssignment();
    }

    /**
     * Runs until {@link #stop}, the end of the input, or an error.
     *
     * @return the report; an error that ended the run is in it
     * @throws StartupException when it cannot start
     * @throws dev.spillway.config.InvalidConfigException when the processor cannot be made
     */
    public ExitReport run() {
        lifecycle.start("configuration is valid");
        CancellationToken root = CancellationToken.root();
        ExitReport report = null;
        try (Works works = Works.create(config, time);
                CpuPool cpuPool = new CpuPool(Runtime.getRuntime().availableProcessors());
                Admin admin = Admin.create(config.adminClient());
                Consumer<byte @Nullable [], byte @Nullable []> consumer = new KafkaConsumer<>(config.consumerClient());
                ClientMeters meters = new ClientMeters(registry)) {
            meters.bind(consumer);
            Preflight preflight = new Preflight(admin, config);
            SizeLimits limits = preflight.check();
            Map<TopicPartition, Long> end = untilEnd ? preflight.endOffsets() : null;
            OwnGroup group = new OwnGroup(admin, config.applicationId(), time);
            String name = config.exclusiveGroupInstanceId();
            if (name != null) {
                group.awaitRelease(name, () -> stopReason.get() == null);
            }
            Means means = new Means(works, cpuPool, consumer, group, new InputEnds(admin), meters);
            report = run(root, means, limits, end);
            return report;
        } catch (RuntimeException e) {
            if (report != null) {
                LOG.warn("the run has ended, but not everything could be closed: {}", e.toString());
                return report;
            }
            if (lifecycle.state() instanceof Lifecycle.Starting) {
                lifecycle.fail(reasonOf(e));
            }
            throw e;
        } finally {
            root.cancel("the sidecar has ended");
        }
    }

    /** What outlives a run's loop, workers and sink, and is closed after them. */
    private record Means(
            Works works,
            CpuPool cpuPool,
            Consumer<byte @Nullable [], byte @Nullable []> consumer,
            OwnGroup group,
            InputEnds ends,
            ClientMeters meters) {}

    private ExitReport run(
            CancellationToken root, Means means, SizeLimits limits, @Nullable Map<TopicPartition, Long> end) {
        SpoiledOrigins spoiled = new SpoiledOrigins();
        OutputFactory outputs = new OutputFactory(
                config.topics(), limits, time, config.stages().get(0).name(), config.tombstones());
        StageChain stages = StageChain.of(
                config.stages(), means.works.all(), config.ordering(), means.cpuPool, spoiled, time, new Random());
        WorkerScope scope = new WorkerScope(root, config.workerThreads(), time);
        ConsumerOffsetCommitter offsetCommitter = new ConsumerOffsetCommitter(means.consumer);
        try (Commits commits = new Commits();
                Sink sink = sink(outputs, spoiled, offsetCommitter, commits, means)) {
            ConsumerLoop assembled = new ConsumerLoop(
                    IntakeConfig.of(config),
                    means.consumer,
                    stages,
                    sink,
                    config.guarantee() == Guarantee.AT_LEAST_ONCE ? offsetCommitter : null,
                    changed,
                    scope.token(),
                    time);
            if (end != null) {
                assembled.finishAt(end);
            }
            assembled.askForEnds(means.ends);
            loop = assembled;
            instruments = new Instruments(stages, sink.settlements(), assembled, commits);
            return new Shift(assembled, stages, scope, commits).run();
        }
    }

    /** Kafka's clients say that they could not be made, and why in what caused it. */
    private static String reasonOf(RuntimeException e) {
        return String.valueOf(
                e.getCause() instanceof ConfigException settings ? settings.getMessage() : e.getMessage());
    }

    private Sink sink(
            OutputFactory outputs,
            SpoiledOrigins spoiled,
            ConsumerOffsetCommitter offsetCommitter,
            Commits commits,
            Means means) {
        if (config.guarantee() == Guarantee.AT_LEAST_ONCE) {
            return new AcknowledgingSink(producer(0, means.meters), outputs, spoiled, offsetCommitter, changed::raise);
        }
        TransactionalSink sink = new TransactionalSink(
                index -> producer(index, means.meters),
                outputs,
                spoiled,
                new Transactions(config.ordering() != Ordering.UNORDERED, means.group::isTakenOver, means.group),
                commits,
                changed::raise);
        commits.onStop(sink::stopRetrying);
        try {
            sink.initialise(() -> stopReason.get() == null);
            return sink;
        } catch (TransactionalIdAuthorizationException e) {
            sink.close();
            throw forbidden(e);
        } catch (RuntimeException e) {
            sink.close();
            throw e;
        }
    }

    private StartupException forbidden(TransactionalIdAuthorizationException e) {
        return new StartupException(
                "not authorised to use the transactional id "
                        + config.producerClient(0).get(ProducerConfig.TRANSACTIONAL_ID_CONFIG)
                        + " or its siblings: allow WRITE and DESCRIBE on those that begin with "
                        + config.applicationId()
                        + "- for the principal that the sidecar connects as, or use"
                        + " processing.guarantee=at_least_once",
                e);
    }

    private Producer<byte @Nullable [], byte @Nullable []> producer(int index, ClientMeters meters) {
        Producer<byte @Nullable [], byte @Nullable []> producer = new KafkaProducer<>(config.producerClient(index));
        meters.bind(index, producer);
        return producer;
    }

    /** From the first poll to the report. */
    private final class Shift {
        private final ConsumerLoop consumerLoop;
        private final StageChain stages;
        private final WorkerScope scope;
        private final Commits commits;

        Shift(ConsumerLoop consumerLoop, StageChain stages, WorkerScope scope, Commits commits) {
            this.consumerLoop = consumerLoop;
            this.stages = stages;
            this.scope = scope;
            this.commits = commits;
        }

        ExitReport run() {
            try {
                consumerLoop.subscribe();
                stages.forkIn(scope);
                lifecycle.run("topics are there, " + stages.workers() + " workers are ready");
                lifecycle.drain(work());
                return finish();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return fail(e);
            } catch (RuntimeException | Error e) { // an Error, too, must leave no worker behind
                return fail(e);
            }
        }

        /** Works until there is a reason to stop, and returns it. */
        private String work() throws InterruptedException {
            while (true) {
                String reason = stopReason.get();
                if (reason != null) {
                    return reason;
                }
                if (consumerLoop.isFinished()) {
                    return "the end of the input, as it was at start, is reached";
                }
                consumerLoop.runOnce();
            }
        }

        private ExitReport finish() throws InterruptedException {
            long start = time.nanoTime();
            boolean drained = consumerLoop.drain(config.shutdownTimeout());
            stages.close();
            Duration left = config.shutdownTimeout().minusNanos(time.nanoTime() - start);
            JoinReport joined = scope.join(drained ? left.plus(GRACE) : WAKE_UP, GRACE);
            // An epoch that the group's moving on made impossible to commit is given back like all that no worker
            // touched.
            boolean committed = consumerLoop.commitLast(drained ? LAST_COMMIT : GRACE);
            consumerLoop.abandon("the run has ended");
            commits.stop();
            lifecycle.stop(committed ? "everything is settled and committed" : "the drain had to abort");
            return new ExitReport(
                    config.shedPolicy().name(), consumerLoop.totals(), joined, committed, failureOf(joined));
        }

        /** An error ends the run: nothing that is open is committed, everything is joined all the same. */
        private ExitReport fail(Throwable e) {
            Throwable cause = failureOf(e);
            LOG.debug("the run failed", e);
            lifecycle.fail(String.valueOf(cause.getMessage()));
            stages.close();
            consumerLoop.abandon("the run failed");
            JoinReport joined = scope.join(WAKE_UP, GRACE);
            commits.stop();
            return new ExitReport(config.shedPolicy().name(), consumerLoop.totals(), joined, false, cause);
        }

        /** A failed worker is the cause of what the loop noticed. */
        private Throwable failureOf(Throwable e) {
            List<Throwable> failures = scope.failures();
            return failures.isEmpty() ? e : failures.get(0);
        }

        private @Nullable Throwable failureOf(JoinReport joined) {
            return Optional.of(joined.failures())
                    .filter(failures -> !failures.isEmpty())
                    .map(failures -> failures.get(0))
                    .orElse(null);
        }
    }
}
