package dev.spillway.simulation;

import dev.spillway.config.BreakerConfig;
import dev.spillway.config.RetryConfig;
import dev.spillway.flow.CancellationToken;
import dev.spillway.flow.QueueSnapshot;
import dev.spillway.flow.ShedPolicy;
import dev.spillway.flow.ShedQueue;
import dev.spillway.flow.Signal;
import dev.spillway.flow.Time;
import dev.spillway.intake.ConsumerLoop;
import dev.spillway.intake.ConsumerOffsetCommitter;
import dev.spillway.intake.EpochBooks;
import dev.spillway.intake.IntakeConfig;
import dev.spillway.ledger.Epoch;
import dev.spillway.ledger.Origin;
import dev.spillway.processor.CpuPool;
import dev.spillway.processor.Stage;
import dev.spillway.processor.StageChain;
import dev.spillway.processor.Work;
import dev.spillway.processor.Workers;
import dev.spillway.sink.AcknowledgingSink;
import dev.spillway.sink.Delivery;
import dev.spillway.sink.Publisher;
import dev.spillway.sink.Samples;
import dev.spillway.sink.Sink;
import dev.spillway.sink.SinkException;
import dev.spillway.sink.SpoiledOrigins;
import dev.spillway.sink.TransactionalSink;
import dev.spillway.sink.Transactions;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.jspecify.annotations.Nullable;

/**
 * One sidecar: the product's own consumer loop, queue, ledger and sink, put together as the runtime does it, over fake clients. Each of
 * its threads is a number of steps here; where the product would wait, {@link #waitForBroker} and {@link #pass} give the others a turn.
 */
final class Instance {
    private static final int MOST_REFUSALS = 2;
    private static final Duration SHUTDOWN_TIMEOUT = Duration.ofSeconds(30);

    /** Its configured name: an instance that takes another one's place has the same. */
    final String slot;

    private final String name;
    private final Simulation world;
    private final Scenario scenario;
    private final Chance chance;
    private final Plant plant;
    private final Time time = new InstanceTime();
    private final boolean wallClockGoesBack;
    private final FakeConsumer fakeConsumer;
    private final List<FakeProducer> fakeProducers = new ArrayList<>();
    private final Deque<Runnable> tasks = new ArrayDeque<>();

    /** Whose results were refused, by the record, each time that it was processed. */
    private final Map<Origin, Set<Delivery>> refused = new HashMap<>();

    /** Whose sends have failed, and nobody has sent again. */
    private final Set<Delivery> unsent = Collections.newSetFromMap(new IdentityHashMap<>());

    /** Those among them whose send has only just begun. */
    private final Set<Delivery> atOnce = Collections.newSetFromMap(new IdentityHashMap<>());

    private @Nullable Parts parts;
    private boolean loopIsRunning;
    private boolean taskIsRunning;
    private boolean takesTasks = true;
    private boolean frozen;
    private boolean dead;
    private boolean ending;
    private boolean ended;

    /** What is there once it has started. */
    private record Parts(
            ShedQueue<Delivery> queue,
            StageChain chain,
            SimulatedWorkers workers,
            Sink sink,
            @Nullable TransactionalSink transactional,
            ConsumerLoop loop,
            Consumer<byte @Nullable [], byte @Nullable []> consumer) {}

    Instance(String slot, int incarnation, Simulation world) {
        this.slot = slot;
        this.name = slot + incarnation;
        this.wallClockGoesBack = incarnation % 2 == 1;
        this.world = world;
        this.scenario = world.scenario();
        this.chance = world.chance();
        this.plant = world.plant();
        this.fakeConsumer = new FakeConsumer(this, world.broker(), chance, scenario);
    }

    // ---- life

    boolean isStarted() {
        return parts != null;
    }

    /** Whether anything of it still moves. */
    boolean isAlive() {
        return !dead && !ended;
    }

    boolean isFrozen() {
        return frozen;
    }

    void freeze() {
        frozen = true;
    }

    void thaw() {
        frozen = false;
    }

    /** Nothing of what it had in memory is left; what it had sent may still arrive. */
    void crash() {
        dead = true;
        fakeProducers.forEach(FakeProducer::crash);
        fakeConsumer.crash();
    }

    void requireAlive() {
        if (dead) {
            throw new SimulatedCrash(this);
        }
    }

    /** A call that waits for the broker: others have a turn meanwhile. */
    void waitForBroker(String where) {
        requireAlive();
        world.interlude(this, where);
        requireAlive();
    }

    /** Time passes for a thread of this instance, and others have a turn meanwhile. */
    void pass(Duration most) {
        requireAlive();
        world.pass(most);
        requireAlive();
    }

    void trace(Supplier<String> line) {
        world.trace(line);
    }

    // ---- steps

    boolean canStart() {
        return parts == null && !loopIsRunning && !ended;
    }

    void start() {
        inLoop(() -> {
            try {
                parts = assemble();
                parts.loop.subscribe();
            } catch (KafkaException e) {
                trace(() -> this + " cannot start: " + e);
                ended = true;
            }
        });
    }

    boolean canLoop() {
        return parts != null && !loopIsRunning && !ending && !ended;
    }

    /** One round of the consumer loop. */
    void round() {
        inLoop(() -> parts().loop.runOnce());
    }

    /** An orderly end, in the order of the runtime's. */
    void stop() {
        inLoop(() -> {
            ConsumerLoop loop = parts().loop;
            boolean drained = loop.drain(SHUTDOWN_TIMEOUT.multipliedBy(scenario.stages()));
            parts().chain.close();
            joinWorkers(drained);
            boolean committed = loop.commitLast(SHUTDOWN_TIMEOUT);
            trace(() -> this + " has stopped, drained " + drained + ", committed " + committed);
            if (chance.isCalm() && !(drained && committed)) {
                throw new Violation(this + " was stopped in peace: drained " + drained + ", committed " + committed);
            }
            loop.abandon("the run has ended");
            ending = true;
        });
    }

    private void joinWorkers(boolean patiently) {
        for (int i = 0; i < 100 && patiently && parts().workers.isBusy(); i++) {
            parts().workers.step();
        }
        parts().workers.interrupt();
    }

    boolean canEnd() {
        return ending && !ended && !taskIsRunning && !loopIsRunning;
    }

    /** What is left to do when the loop has ended: commits are joined, connections closed. */
    void end() {
        inLoop(() -> {
            if (parts().transactional != null) {
                parts().transactional.stopRetrying();
            }
            while (!tasks.isEmpty() && !chance.faultOneIn(4)) {
                runTask();
            }
            takesTasks = false;
            tasks.clear();
            ended = true;
            parts().sink.close();
            parts().consumer.close();
        });
    }

    boolean canWork() {
        return parts != null && parts.workers.canStep();
    }

    void work() {
        parts().workers.step();
    }

    boolean canDeliver() {
        for (FakeProducer producer : fakeProducers) {
            if (producer.hasOutbox()) {
                return true;
            }
        }
        return false;
    }

    void deliver() {
        chance.of(fakeProducers.stream().filter(FakeProducer::hasOutbox).toList())
                .deliverNext();
    }

    boolean canAnswer() {
        return fakeConsumer.hasRequests();
    }

    void answer() {
        fakeConsumer.deliverNext();
    }

    boolean canRunTask() {
        return !tasks.isEmpty() && !taskIsRunning && takesTasks;
    }

    /** The next commit or abort of a transaction. */
    void runTask() {
        Runnable task = tasks.remove();
        taskIsRunning = true;
        try {
            task.run();
        } catch (SimulatedCrash e) {
            if (!e.isOf(this)) {
                throw e;
            }
        } finally {
            taskIsRunning = false;
        }
    }

    private interface LoopWork {
        void run() throws InterruptedException;
    }

    private void inLoop(LoopWork work) {
        loopIsRunning = true;
        try {
            work.run();
        } catch (SimulatedCrash e) {
            if (!e.isOf(this)) {
                throw e;
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        } catch (RuntimeException e) {
            fail(e);
        } finally {
            loopIsRunning = false;
        }
    }

    /** An error ends the run, as in the runtime; only one of Kafka's may be so bad, and only where another one has our name. */
    private void fail(RuntimeException e) {
        trace(() -> this + " fails: " + e);
        requireExpected(e);
        if (ended || ending) {
            return;
        }
        ending = true;
        try {
            parts().chain.close();
            parts().loop.abandon("the run failed");
            joinWorkers(true);
        } catch (SimulatedCrash crash) {
            if (!crash.isOf(this)) {
                throw crash;
            }
        }
    }

    private void requireExpected(RuntimeException e) {
        boolean expected =
                (world.hadTwin(this) || isRefusal(e)) && (e instanceof SinkException || e instanceof KafkaException);
        for (Throwable cause = e.getCause(); cause != null; cause = cause.getCause()) {
            expected &= cause instanceof SinkException || cause instanceof KafkaException;
        }
        if (!expected) {
            throw new Violation(this + " failed: " + e, e);
        }
    }

    /** A tombstone or a dead letter that Kafka will never take. */
    private static boolean isRefusal(RuntimeException e) {
        return e.getCause() instanceof RecordTooLargeException;
    }

    // ---- assembly

    private Parts assemble() {
        var consumer = plant.consumer(fakeConsumer.client());
        Deque<ShedQueue<Delivery>> made = new ArrayDeque<>();
        ShedPolicy policy = plant.policy(scenario.policy(), made::element);
        ShedQueue<Delivery> queue = queue(scenario.capacity(), policy);
        made.add(queue);
        SpoiledOrigins spoiled = new SpoiledOrigins();
        List<Stage> stages = new ArrayList<>();
        stages.add(new Stage("1", queue, workers(queue, spoiled)));
        for (int i = 1; i < scenario.stages(); i++) {
            ShedQueue<Delivery> inner = queue(scenario.innerCapacity(), scenario.innerPolicy());
            stages.add(new Stage(Integer.toString(i + 1), inner, workers(inner, spoiled)));
        }
        StageChain chain = new StageChain(stages);
        Signal changed = new Signal(time);
        ConsumerOffsetCommitter committer = new ConsumerOffsetCommitter(consumer);
        TransactionalSink transactional = null;
        Sink sink;
        if (scenario.exactlyOnce()) {
            transactional = new TransactionalSink(
                    this::producer,
                    Samples.outputs(time, scenario.tombstones()),
                    spoiled,
                    new Transactions(scenario.ordered(), (member, goOn) -> isTakenOver(), this::committedOffsets),
                    this::execute,
                    changed::raise);
            transactional.initialise(() -> true);
            sink = transactional;
        } else {
            sink = new AcknowledgingSink(
                    producer(0), Samples.outputs(time, scenario.tombstones()), spoiled, committer, changed::raise);
        }
        ConsumerLoop loop = new ConsumerLoop(
                new IntakeConfig(
                        List.of("in"),
                        Scenario.COMMIT_INTERVAL,
                        scenario.exactlyOnce() ? Scenario.TRANSACTION_TIMEOUT : null,
                        Scenario.CAPACITY_BYTES,
                        scenario.ordered(),
                        BreakerConfig.OFF,
                        Scenario.REVOCATION_TIMEOUT),
                consumer,
                chain,
                plant.sink(sink, consumer),
                scenario.exactlyOnce() ? null : committer,
                changed,
                CancellationToken.root(),
                time);
        return new Parts(
                queue,
                chain,
                new SimulatedWorkers(scenario.workers(), chain, spoiled, plant, chance),
                sink,
                transactional,
                loop,
                consumer);
    }

    private ShedQueue<Delivery> queue(int capacity, ShedPolicy policy) {
        return scenario.ordered()
                ? new ShedQueue<>(
                        capacity,
                        Scenario.CAPACITY_BYTES,
                        policy,
                        Delivery::size,
                        delivery -> delivery.record().partition() + "/"
                                + delivery.record().offset() % 2,
                        taken -> {
                            if (taken == taken.input()) {
                                taken.noteTaken();
                            }
                        },
                        time)
                : new ShedQueue<>(capacity, Scenario.CAPACITY_BYTES, policy, Delivery::size, time);
    }

    /** Nobody: what they do is simulated. */
    private Workers workers(ShedQueue<Delivery> queue, SpoiledOrigins spoiled) {
        return new Workers(
                scenario.workers(),
                queue,
                Work.of((record, context) -> {}),
                new CpuPool(1), // without a thread until somebody computes
                new RetryConfig(0, Duration.ZERO, Duration.ZERO, Duration.ofSeconds(1)),
                spoiled,
                time,
                new Random(1));
    }

    private Producer<byte @Nullable [], byte @Nullable []> producer(int index) {
        if (parts != null && chance.faultOneIn(4)) { // the name service is away when one is to be replaced
            throw new KafkaException(
                    "Failed to construct kafka producer",
                    new ConfigException("No resolvable bootstrap urls given in bootstrap.servers"));
        }
        FakeProducer fake =
                new FakeProducer(this, scenario.exactlyOnce() ? slot + "-" + index : null, world.broker(), chance);
        fakeProducers.add(fake);
        return plant.producer(fake, fakeProducers);
    }

    private void execute(Runnable task) {
        if (takesTasks) {
            tasks.add(task);
        }
    }

    /** A record's outcome is about to be sent; if that fails at once, nobody will know where it is. */
    void sending(ProducerRecord<?, ?> record, Callback callback) {
        Delivery delivery = Samples.deliveryOf(callback);
        if (record.topic().equals(Samples.TOPICS.deadLetter())) {
            unsent.remove(delivery); // perhaps instead of a result that was refused
        }
        if (unsent.add(delivery)) {
            atOnce.add(delivery);
        }
    }

    void sent(Callback callback) {
        Delivery delivery = Samples.deliveryOf(callback);
        if (atOnce.remove(delivery)) {
            unsent.remove(delivery);
        }
    }

    void failed(Callback callback) {
        Delivery delivery = Samples.deliveryOf(callback);
        atOnce.remove(delivery);
        unsent.add(delivery);
    }

    /** The broker refuses a result, as it always will: it has to be tried no more, once what is under way has ended. */
    void refused(Callback callback) {
        Delivery delivery = Samples.deliveryOf(callback);
        Set<Delivery> tried = refused.computeIfAbsent(
                delivery.origin(), origin -> Collections.newSetFromMap(new IdentityHashMap<>()));
        tried.add(delivery);
        if (tried.size() > MOST_REFUSALS) {
            throw new Violation(delivery + " is tried again and again, though it was refused");
        }
    }

    /** Of members that have one name the group knows the last that came. */
    private boolean isTakenOver() {
        waitForBroker("isTakenOver");
        Instance last = world.broker().group.lastOf(slot);
        return last != null && last != this;
    }

    private Map<TopicPartition, Long> committedOffsets(Set<TopicPartition> partitions) {
        waitForBroker("committedOffsets");
        return world.broker().committed(partitions);
    }

    private Parts parts() {
        return Objects.requireNonNull(parts, "not started");
    }

    // ---- what must hold between steps

    void check() {
        if (parts == null || !isAlive()) {
            return;
        }
        for (Stage stage : parts.chain.stages()) {
            QueueSnapshot queue = stage.queue().snapshot();
            require(queue.depth() <= queue.capacity(), () -> "the queue holds " + queue);
            require(queue.bytes() <= Scenario.CAPACITY_BYTES, () -> "the queue holds " + queue);
            require(
                    queue.admitted() == queue.depth() + queue.taken() + queue.evicted() + queue.withdrawn(),
                    () -> "the queue has lost count: " + queue);
        }
        if (!ending) {
            checkBooks();
        }
    }

    /** Each record that has no outcome is in one place. */
    private void checkBooks() {
        Set<Delivery> places = Collections.newSetFromMap(new IdentityHashMap<>());
        parts().queue.forEach(delivery -> require(places.add(delivery), () -> delivery + " is queued twice"));
        parts().workers
                .inHand()
                .forEach(delivery -> require(places.add(delivery), () -> delivery + " is in two places"));
        if (!scenario.exactlyOnce()) {
            fakeProducers.forEach(producer -> places.addAll(producer.unanswered()));
        }
        places.addAll(unsent);
        Set<Publisher> live = Collections.newSetFromMap(new IdentityHashMap<>());
        EpochBooks.of(parts().loop).forEach(books -> live.add(books.publisher()));
        parts().queue
                .forEach(delivery -> require(
                        live.contains(delivery.run().publisher()),
                        () -> delivery + " is queued, and its epoch is over"));
        boolean allSealed = true;
        for (EpochBooks books : EpochBooks.of(parts().loop)) {
            Publisher publisher = books.publisher();
            long found = places.stream()
                    .filter(delivery -> delivery.run().publisher() == publisher)
                    .count();
            // What could not be sent has settled all the same where the whole transaction was spoilt by it.
            long settledUnsent = scenario.exactlyOnce()
                    ? unsent.stream()
                            .filter(delivery -> delivery.run().publisher() == publisher)
                            .count()
                    : 0;
            require(
                    Samples.isDoomed(publisher)
                            || (books.outstanding() <= found && books.outstanding() >= found - settledUnsent),
                    () -> "epoch " + books.number() + " waits for " + books.outstanding() + " records, and " + found
                            + " were found");
            require(allSealed, () -> "epoch " + books.number() + " comes after an open one");
            allSealed = books.state() != Epoch.State.OPEN;
        }
    }

    private void require(boolean condition, Supplier<String> otherwise) {
        if (!condition) {
            throw new Violation(this + ": " + otherwise.get());
        }
    }

    @Override
    public String toString() {
        return name;
    }

    /** The world's clock; to wait is to give the others a turn. */
    private final class InstanceTime implements Time {
        private static final long WALL_CLOCK_MILLIS = 1_700_000_000_000L;
        private static final long BETWEEN_JUMPS_MILLIS = 500;
        private static final long JUMP_MILLIS = 3_600_000;

        @Override
        public long nanoTime() {
            return world.clock().nanos();
        }

        /** It jumps by an hour again and again, backwards in one instance and forwards in the next. */
        @Override
        public long currentTimeMillis() {
            long millis = world.clock().nanos() / 1_000_000;
            long jumped = millis / BETWEEN_JUMPS_MILLIS * JUMP_MILLIS;
            return WALL_CLOCK_MILLIS + millis + (wallClockGoesBack ? -jumped : jumped);
        }

        @Override
        public long awaitUntil(Lock lock, Condition condition, long deadlineNanos) {
            pass(Duration.ofNanos(deadlineNanos - world.clock().nanos()));
            return deadlineNanos - world.clock().nanos();
        }
    }
}
