package dev.spillway.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.spillway.config.SpillwayConfig;
import dev.spillway.flow.CancellationToken;
import dev.spillway.flow.QueueSnapshot;
import dev.spillway.flow.ShedQueue;
import dev.spillway.flow.Signal;
import dev.spillway.intake.ConsumerLoop;
import dev.spillway.intake.ConsumerOffsetCommitter;
import dev.spillway.intake.InputConsumer;
import dev.spillway.intake.IntakeConfig;
import dev.spillway.processor.BatchProcessor;
import dev.spillway.processor.Processor;
import dev.spillway.processor.SteppedWorker;
import dev.spillway.sink.AcknowledgingSink;
import dev.spillway.sink.Delivery;
import dev.spillway.sink.OutputFactory;
import dev.spillway.sink.Settlements;
import dev.spillway.sink.SizeLimits;
import dev.spillway.sink.SpoiledOrigins;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * A sidecar around a processor for tests, without a broker, without threads and without real time. Records are {@linkplain #pipe piped}
 * in, {@linkplain #work workers} process them, {@linkplain #advance time} is moved by hand, and what the sidecar writes is read:
 * results, tombstones, dead letters.
 *
 * <p>Intake, queue, policy, order, retries, circuit breaker and headers are the sidecar's own. What is different: everything happens in
 * the calling thread, one record or batch after the other; a retry waits for the longest pause that its jitter allows; and there are no
 * transactions, so that what is written can be read at once.
 *
 * <p>The clock stands still but for {@link #advance} and for a processor that {@linkplain #sleep sleeps}. For one thread.
 */
public final class SpillwayTestDriver implements AutoCloseable {
    /** How many partitions each input topic has. */
    public static final int PARTITIONS = 8;

    private static final long STEP_NANOS = Duration.ofMillis(1).toNanos();

    private static final Map<String, String> DEFAULTS = Map.of(
            "application.id", "test",
            "bootstrap.servers", "localhost:9092",
            "input.topics", "input",
            "output.topic", "results",
            "drop.topic", "drops",
            "shed.policy", "BLOCK");

    private final SpillwayConfig config;
    private final DriverTime time = new DriverTime();
    private final CancellationToken token = CancellationToken.root();
    private final InputConsumer consumer = new InputConsumer();
    private final MockProducer<byte @Nullable [], byte @Nullable []> producer =
            new MockProducer<>(true, null, new ByteArraySerializer(), new ByteArraySerializer());
    private final ShedQueue<Delivery> queue;
    private final SteppedWorker worker;
    private final AcknowledgingSink sink;
    private final ConsumerLoop loop;

    private final Map<TopicPartition, Long> nextOffsets = new HashMap<>();
    private final Map<String, Integer> read = new HashMap<>();
    private long piped;

    /**
     * What became of the records so far: {@code piped == waiting + processed + dropped + deadLettered}.
     *
     * @param piped records piped in
     * @param waiting those that have no outcome yet, wherever they are
     * @param processed those that the processor accepted
     * @param dropped those that the policy shed
     * @param deadLettered those that failed for good
     */
    public record Outcomes(long piped, long waiting, long processed, long dropped, long deadLettered) {}

    private SpillwayTestDriver(Object processor, Map<String, String> settings) {
        this.config = config(processor, settings);
        SpoiledOrigins spoiled = new SpoiledOrigins();
        this.worker = new SteppedWorker(processor, config, spoiled, time, new LongestPauses());
        this.queue = worker.stages().firstQueue();
        time.watchedBy(worker.stages()::interruptOverdue);
        SizeLimits limits = new SizeLimits(config.maxRequestSize(), Map.of());
        ConsumerOffsetCommitter committer = new ConsumerOffsetCommitter(consumer);
        Signal changed = new Signal(time);
        this.sink = new AcknowledgingSink(
                producer,
                new OutputFactory(config.topics(), limits, time, null, config.tombstones()),
                spoiled,
                committer,
                changed::raise);
        this.loop = new ConsumerLoop(
                IntakeConfig.of(config), consumer, worker.stages(), sink, committer, changed, token, time);
        loop.subscribe();
        consumer.assignOnly(partitions(config));
    }

    /**
     * Starts a sidecar around a processor that takes records one by one.
     *
     * @param processor is configured with the settings that begin with {@code processor.}, and closed with the driver
     * @param settings any keys of a sidecar's configuration. Those that it needs have defaults here: {@code input}, {@code results},
     *     {@code drops}, {@code test-dead-letters} are the topics, and the policy is {@code BLOCK}.
     * @throws dev.spillway.config.InvalidConfigException when the settings cannot work, or the processor says so
     */
    public static SpillwayTestDriver of(Processor processor, Map<String, String> settings) {
        return new SpillwayTestDriver(processor, settings);
    }

    /**
     * Starts a sidecar around a processor that takes batches.
     *
     * @see #of(Processor, Map)
     */
    public static SpillwayTestDriver of(BatchProcessor processor, Map<String, String> settings) {
        return new SpillwayTestDriver(processor, settings);
    }

    private static SpillwayConfig config(Object processor, Map<String, String> settings) {
        if (settings.containsKey("stages")) {
            throw new IllegalArgumentException(
                    "the driver runs one processor: leave out stages, and test each by itself");
        }
        Map<String, String> all = new HashMap<>(DEFAULTS);
        all.putAll(settings);
        all.put("processor", processor.getClass().getName());
        all.put("processing.guarantee", "at_least_once");
        return new SpillwayConfig(all);
    }

    private static TopicPartition[] partitions(SpillwayConfig config) {
        return config.topics().inputs().stream()
                .flatMap(topic -> IntStream.range(0, PARTITIONS).mapToObj(number -> new TopicPartition(topic, number)))
                .toArray(TopicPartition[]::new);
    }

    /**
     * Appends a record to partition 0 of the first input topic, without headers and with the present time, and lets the sidecar poll it.
     *
     * @param key as UTF-8; null for none
     * @param value as UTF-8; null for none
     * @return its origin, as {@code topic-partition@offset}
     */
    public String pipe(@Nullable String key, @Nullable String value) {
        return pipe(
                new TopicPartition(config.topics().inputs().get(0), 0),
                key == null ? null : key.getBytes(UTF_8),
                value == null ? null : value.getBytes(UTF_8),
                new RecordHeaders());
    }

    /**
     * Appends a record with the present time to a partition, and lets the sidecar poll it.
     *
     * @param partition of one of the input topics, with a number below {@link #PARTITIONS}
     * @return its origin, as {@code topic-partition@offset}
     */
    public String pipe(TopicPartition partition, byte @Nullable [] key, byte @Nullable [] value, Headers headers) {
        requireOutside("pipe");
        if (!consumer.assignment().contains(partition)) {
            throw new IllegalArgumentException(partition + " is no input: topics are "
                    + config.topics().inputs() + ", each with partitions 0 to " + (PARTITIONS - 1));
        }
        long offset = nextOffsets.merge(partition, 1L, Long::sum) - 1;
        consumer.append(new ConsumerRecord<>(
                partition.topic(),
                partition.partition(),
                offset,
                time.currentTimeMillis(),
                TimestampType.CREATE_TIME,
                key == null ? -1 : key.length,
                value == null ? -1 : value.length,
                key,
                value,
                headers,
                Optional.empty()));
        piped++;
        poll();
        return partition + "@" + offset;
    }

    /**
     * Lets the workers do all that can be done now, without time moving on but where a processor sleeps. A record that fails waits for
     * its retry, and a batch that is not full for its linger.
     */
    public void work() {
        requireOutside("work");
        do {
            poll();
        } while (step());
    }

    /**
     * Moves time on, and lets the workers do what can be done meanwhile: retries whose time comes, batches that close. A processor that
     * sleeps may move it further.
     *
     * @param step at least zero
     */
    public void advance(Duration step) {
        requireOutside("advance");
        if (step.isNegative()) {
            throw new IllegalArgumentException("time does not run backwards: " + step);
        }
        long end = time.nanoTime() + step.toNanos();
        work();
        while (end - time.nanoTime() > 0) {
            long left = end - time.nanoTime();
            time.advance(isAnythingWaiting() ? Math.min(left, STEP_NANOS) : left);
            work();
        }
    }

    /**
     * Lets time pass for the processor that calls it, or for a fake of what it calls: what {@link Thread#sleep} would be.
     *
     * @throws InterruptedException when the attempt has taken {@code processing.timeout.ms} by that
     * @throws IllegalStateException when no processor is at work
     */
    public void sleep(Duration pause) throws InterruptedException {
        if (!time.isProcessing()) {
            throw new IllegalStateException("only a processor sleeps; the test moves time with advance()");
        }
        time.sleep(pause.toNanos());
    }

    /** The results that were written since this was last called, in their order. */
    public List<WrittenRecord> readResults() {
        return read(config.topics().output());
    }

    /** The tombstones of shed records that were written since this was last called, in their order. */
    public List<WrittenRecord> readTombstones() {
        return read(config.topics().drop());
    }

    /** The dead letters that were written since this was last called, in their order. */
    public List<WrittenRecord> readDeadLetters() {
        return read(config.topics().deadLetter());
    }

    /**
     * The markers of records that were processed without a result, those that were written since this was last called, in their order;
     * none unless {@code processed.topic} is set.
     */
    public List<WrittenRecord> readMarkers() {
        String topic = config.topics().processed();
        return topic == null ? List.of() : read(topic);
    }

    /** How many records are queued. */
    public int backlog() {
        return queue.depth();
    }

    /** How many records wait for their next attempt. */
    public int waitingRetries() {
        return queue.snapshot().parked();
    }

    /** How many records a batch that has not closed yet holds. */
    public int openBatch() {
        return worker.inHand();
    }

    /** How many records wait in their topics, because the queue has no room, or because the circuit breaker is open. */
    public int waitingInTopics() {
        return (int) (piped - loop.consumedRecords());
    }

    /** What became of all records. */
    public Outcomes outcomes() {
        Settlements.Counts counts = sink.settlements().counts();
        long settled = counts.processed() + counts.allDropped() + counts.allDeadLettered();
        return new Outcomes(piped, piped - settled, counts.processed(), counts.allDropped(), counts.allDeadLettered());
    }

    /** What time it is. */
    public Instant now() {
        return Instant.ofEpochMilli(time.currentTimeMillis());
    }

    /** Closes the processor. What waits is given up. */
    @Override
    public void close() {
        queue.close();
        loop.abandon("the test has ended");
        sink.close();
        worker.close();
        consumer.close();
        token.cancel("the test has ended");
    }

    /** Rounds of the consumer loop, until it takes nothing more in. */
    private void poll() {
        long before;
        do {
            before = loop.consumedRecords();
            try {
                loop.runOnce();
            } catch (InterruptedException e) {
                throw interrupted(e);
            }
        } while (loop.consumedRecords() > before);
    }

    private boolean step() {
        time.setProcessing(true);
        try {
            return worker.step(token);
        } catch (InterruptedException e) {
            throw interrupted(e);
        } finally {
            time.setProcessing(false);
        }
    }

    private boolean isAnythingWaiting() {
        QueueSnapshot snapshot = queue.snapshot();
        return snapshot.depth() + snapshot.parked() + worker.inHand() + waitingInTopics() > 0;
    }

    private List<WrittenRecord> read(String topic) {
        List<WrittenRecord> all = producer.history().stream()
                .filter(written -> written.topic().equals(topic))
                .map(WrittenRecord::new)
                .toList();
        Integer from = read.put(topic, all.size());
        return all.subList(from == null ? 0 : from, all.size());
    }

    private void requireOutside(String call) {
        if (time.isProcessing()) {
            throw new IllegalStateException("a processor cannot call " + call + "(); it may call sleep()");
        }
    }

    private static IllegalStateException interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        return new IllegalStateException("the test was interrupted", e);
    }
}
