package dev.spillway.intake;

import static dev.spillway.sink.Samples.bytes;

import dev.spillway.config.BreakerConfig;
import dev.spillway.config.RetryConfig;
import dev.spillway.flow.CancellationToken;
import dev.spillway.flow.PassingTime;
import dev.spillway.flow.ShedPolicies;
import dev.spillway.flow.ShedPolicy;
import dev.spillway.flow.ShedQueue;
import dev.spillway.flow.Signal;
import dev.spillway.processor.CpuPool;
import dev.spillway.processor.StageChain;
import dev.spillway.processor.Work;
import dev.spillway.processor.Workers;
import dev.spillway.sink.AcknowledgingSink;
import dev.spillway.sink.Delivery;
import dev.spillway.sink.Output;
import dev.spillway.sink.OutputTooLargeException;
import dev.spillway.sink.Samples;
import dev.spillway.sink.Sink;
import dev.spillway.sink.SpoiledOrigins;
import dev.spillway.sink.TransactionalSink;
import dev.spillway.sink.Transactions;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/** A consumer loop with everything around it, all in the test's own thread; the test does the workers' work. */
final class Station {
    static final Duration INTERVAL = Duration.ofMillis(100);
    static final Duration TRANSACTION_TIMEOUT = Duration.ofSeconds(30);
    static final Duration REVOCATION_TIMEOUT = Duration.ofSeconds(4);
    static final int WORKERS = 2;

    final PassingTime time = new PassingTime();
    final InputConsumer consumer = new InputConsumer();
    final CancellationToken workerToken = CancellationToken.root();
    final SpoiledOrigins spoiled = new SpoiledOrigins();
    final ShedQueue<Delivery> queue;
    final Workers workers;
    final ConsumerLoop loop;

    /** Who the group was last asked about, when a producer was fenced. */
    @Nullable
    ConsumerGroupMetadata askedAs;

    private final List<MockProducer<byte @Nullable [], byte @Nullable []>> producers = new ArrayList<>();
    private final List<Map<TopicPartition, Long>> transactions = new ArrayList<>();
    private final Queue<Runnable> steps = new ArrayDeque<>();
    private boolean brokerIsSlow;
    private boolean acknowledgesAtOnce = true;
    private @Nullable Duration sendsBlockFor;

    private Station(
            ShedPolicy policy, int capacity, boolean exactlyOnce, @Nullable Duration interval, BreakerConfig breaker) {
        this.queue = new ShedQueue<>(capacity, 1000, policy, Delivery::size, time);
        Work nobody = Work.of((record, context) -> {});
        RetryConfig retry = new RetryConfig(0, Duration.ZERO, Duration.ZERO, Duration.ofSeconds(1));
        this.workers = new Workers(WORKERS, queue, nobody, new CpuPool(1), retry, spoiled, time, new Random(1));
        Signal changed = new Signal(time);
        ConsumerOffsetCommitter committer = new ConsumerOffsetCommitter(consumer);
        this.loop = new ConsumerLoop(
                new IntakeConfig(
                        List.of("in"),
                        interval,
                        exactlyOnce ? TRANSACTION_TIMEOUT : null,
                        1000,
                        false,
                        breaker,
                        REVOCATION_TIMEOUT),
                consumer,
                StageChain.of(queue, workers),
                exactlyOnce ? transactional(changed) : acknowledging(committer, changed),
                exactlyOnce ? null : committer,
                changed,
                workerToken,
                time);
        loop.subscribe();
    }

    static Station exactlyOnce(ShedPolicy policy, int capacity) {
        return new Station(policy, capacity, true, INTERVAL, BreakerConfig.OFF);
    }

    static Station atLeastOnce(ShedPolicy policy, int capacity) {
        return new Station(policy, capacity, false, INTERVAL, BreakerConfig.OFF);
    }

    /** At least once, with epochs that stay open for so long. */
    static Station atLeastOnceEvery(Duration interval) {
        return new Station(ShedPolicies.BLOCK, 120, false, interval, BreakerConfig.OFF);
    }

    /** At least once, with a breaker that opens after so many failed attempts. */
    static Station withBreaker(int window, int capacity) {
        return new Station(
                ShedPolicies.DROP_OLDEST,
                capacity,
                false,
                INTERVAL,
                new BreakerConfig(window, 100, Duration.ofSeconds(1)));
    }

    /** Exactly once, with a policy that has admission limited, and a breaker that opens after so many failed attempts. */
    static Station exactlyOnceWithBreaker(int window, int capacity) {
        return new Station(
                ShedPolicies.DROP_NEWEST,
                capacity,
                true,
                INTERVAL,
                new BreakerConfig(window, 100, Duration.ofSeconds(1)));
    }

    static Station inOneEpoch(ShedPolicy policy, int capacity) {
        return new Station(policy, capacity, false, null, BreakerConfig.OFF);
    }

    private Sink transactional(Signal changed) {
        TransactionalSink sink = new TransactionalSink(
                this::producer,
                Samples.outputs(time),
                spoiled,
                new Transactions(false, this::isTakenOver, partitions -> Map.of()),
                this::execute,
                changed::raise);
        sink.initialise(() -> true);
        return sink;
    }

    private boolean isTakenOver(Supplier<@Nullable ConsumerGroupMetadata> member, BooleanSupplier goOn) {
        askedAs = member.get();
        return true;
    }

    private Sink acknowledging(ConsumerOffsetCommitter committer, Signal changed) {
        return new AcknowledgingSink(producer(0), Samples.outputs(time), spoiled, committer, changed::raise);
    }

    private Producer<byte @Nullable [], byte @Nullable []> producer(int index) {
        var producer =
                new MockProducer<byte @Nullable [], byte @Nullable []>(
                        false, null, new ByteArraySerializer(), new ByteArraySerializer()) {
                    private final Map<TopicPartition, Long> offsetsOfTransaction = new HashMap<>();

                    @Override
                    public void sendOffsetsToTransaction(
                            Map<TopicPartition, OffsetAndMetadata> offsets, ConsumerGroupMetadata group) {
                        super.sendOffsetsToTransaction(offsets, group);
                        offsetsOfTransaction.clear();
                        offsets.forEach((partition, offset) -> offsetsOfTransaction.put(partition, offset.offset()));
                    }

                    @Override
                    public synchronized Future<RecordMetadata> send(
                            ProducerRecord<byte @Nullable [], byte @Nullable []> record, @Nullable Callback callback) {
                        Duration blocked = sendsBlockFor;
                        if (blocked == null) {
                            return super.send(record, callback);
                        }
                        time.advance(blocked);
                        TimeoutException e = new TimeoutException("not present in metadata");
                        if (callback != null) {
                            callback.onCompletion(null, e);
                        }
                        return CompletableFuture.failedFuture(e);
                    }

                    @Override
                    public void commitTransaction() {
                        super.commitTransaction();
                        transactions.add(Map.copyOf(offsetsOfTransaction));
                    }
                };
        producers.add(producer);
        return producer;
    }

    private void execute(Runnable step) {
        if (brokerIsSlow) {
            steps.add(step);
        } else {
            step.run();
        }
    }

    /** From now on commits and aborts of transactions take until {@link #brokerAnswers}. */
    void brokerIsSlow() {
        brokerIsSlow = true;
    }

    void brokerAnswers() {
        brokerIsSlow = false;
        for (Runnable step = steps.poll(); step != null; step = steps.poll()) {
            step.run();
        }
    }

    /** From now on each send waits for a buffer or a topic that is not there, as long as {@code max.block.ms}, and fails. */
    void sendsBlockFor(Duration maxBlock) {
        sendsBlockFor = maxBlock;
    }

    /** From now on sends are acknowledged only by {@link #acknowledge}. */
    void holdAcknowledgementsBack() {
        acknowledgesAtOnce = false;
    }

    void acknowledge() {
        for (var producer : producers) {
            boolean more = true;
            while (more) {
                more = producer.completeNext();
            }
        }
    }

    /** Lets the oldest unanswered send fail. */
    void failSend(RuntimeException e) {
        for (var producer : producers) {
            if (producer.errorNext(e)) {
                return;
            }
        }
        throw new AssertionError("nothing was sent");
    }

    MockProducer<byte @Nullable [], byte @Nullable []> producerAt(int index) {
        return producers.get(index);
    }

    /** Offsets of the transactions that were committed, in their order. */
    List<Map<TopicPartition, Long>> transactions() {
        return transactions;
    }

    /** What readers see: topic and origin. */
    List<String> written() {
        List<ProducerRecord<byte @Nullable [], byte @Nullable []>> all = new ArrayList<>();
        producers.forEach(producer -> all.addAll(producer.history()));
        return Samples.sent(all);
    }

    /** What was written to a topic. */
    List<ProducerRecord<byte @Nullable [], byte @Nullable []>> writtenTo(String topic) {
        return producers.stream()
                .flatMap(producer -> producer.history().stream())
                .filter(record -> record.topic().equals(topic))
                .toList();
    }

    void rounds(int count) throws InterruptedException {
        for (int i = 0; i < count; i++) {
            round();
        }
    }

    void round() throws InterruptedException {
        loop.runOnce();
        acknowledgeIfFast();
    }

    /** Lets an epoch's time pass, and some rounds. */
    void nextEpoch() throws InterruptedException {
        time.advance(INTERVAL);
        rounds(3);
    }

    /** A worker takes up to so many records from the queue. */
    List<Delivery> take(int count) throws InterruptedException {
        List<Delivery> taken = new ArrayList<>();
        if (queue.depth() > 0) {
            queue.takeBatch(taken, count);
        }
        return taken;
    }

    /** A worker is done with what it took. */
    void finish(List<Delivery> taken) {
        for (Delivery delivery : taken) {
            try {
                Samples.process(
                        delivery.run().publisher(), delivery, List.of(new Output(bytes("k"), bytes("v"), null)));
            } catch (OutputTooLargeException e) {
                throw new AssertionError(e);
            }
        }
        acknowledgeIfFast();
    }

    /** Workers do all that is queued. */
    void work() throws InterruptedException {
        finish(take(Integer.MAX_VALUE));
    }

    private void acknowledgeIfFast() {
        if (acknowledgesAtOnce) {
            acknowledge();
        }
    }
}
