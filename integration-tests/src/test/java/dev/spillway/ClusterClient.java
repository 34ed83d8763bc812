package dev.spillway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static java.util.stream.Collectors.toMap;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/**
 * What tests do to a cluster: make topics, put records in, take them out, look at offsets.
 *
 * <p>Every call returns when the cluster has answered, and fails after 30 s. Thread-safe.
 */
public final class ClusterClient implements AutoCloseable {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final int SOON_MILLIS = 2000;
    private static final Duration POLL = Duration.ofMillis(100);

    /** A reader that has all there is shall not wait for more, nor its close for that. */
    private static final Map<String, Object> QUICK_AT_THE_END = Map.of(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, 20);

    private final String bootstrapServers;
    private final Admin admin;

    public ClusterClient(String bootstrapServers) {
        this.bootstrapServers = bootstrapServers;
        this.admin = Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers));
    }

    /** For what has no method here. */
    public Admin admin() {
        return admin;
    }

    /** A name that nobody else uses, for a topic, a group or an application. */
    public static String uniqueName(String prefix) {
        return prefix + "-" + UUID.randomUUID().toString().substring(0, 8);
    }

    /** Makes a topic and returns its name, which begins with {@code prefix}. */
    public String createTopic(String prefix, int partitions) throws InterruptedException {
        return createTopic(prefix, partitions, Map.of());
    }

    /** Makes a topic with topic-level settings and returns its name, which begins with {@code prefix}. */
    public String createTopic(String prefix, int partitions, Map<String, String> settings) throws InterruptedException {
        String name = uniqueName(prefix);
        NewTopic topic = new NewTopic(name, Optional.of(partitions), Optional.empty()).configs(settings);
        get(admin.createTopics(List.of(topic)).all().toCompletionStage().toCompletableFuture());
        awaitWritable(name, partitions);
        return name;
    }

    /** Sends {@code count} records: {@code key-0} with {@code value-0}, {@code key-1} with {@code value-1}, … */
    public void produce(String topic, int count) throws InterruptedException {
        produce(IntStream.range(0, count)
                .mapToObj(i -> new ProducerRecord<>(topic, bytes("key-" + i), bytes("value-" + i)))
                .toList());
    }

    /** Sends the records in order and returns when all of them are acknowledged. */
    public void produce(Collection<ProducerRecord<byte[], byte[]>> records) throws InterruptedException {
        produce(records, Map.of());
    }

    /** Does the same with a producer whose {@code settings} replace Kafka's defaults. */
    public void produce(Collection<ProducerRecord<byte[], byte[]>> records, Map<String, Object> settings)
            throws InterruptedException {
        try (Producer<byte[], byte[]> producer = producer(settings)) {
            List<Future<RecordMetadata>> sent = new ArrayList<>(records.size());
            records.forEach(record -> sent.add(producer.send(record)));
            producer.flush();
            for (Future<RecordMetadata> acknowledgement : sent) {
                get(acknowledgement);
            }
        }
    }

    /**
     * Reads a topic from its beginning to the last stable offsets of now, with {@code read_committed}. Records of one
     * partition are in order.
     */
    public List<ConsumerRecord<byte[], byte[]>> readCommitted(String topic) {
        List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
        readCommitted(topic, records::add);
        return records;
    }

    /** As {@link #readCommitted(String)}, but keeps none. */
    public void readCommitted(String topic, java.util.function.Consumer<ConsumerRecord<byte[], byte[]>> reader) {
        try (Consumer<byte[], byte[]> consumer = consumer(QUICK_AT_THE_END)) {
            List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                    .map(info -> new TopicPartition(info.topic(), info.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            readUpTo(consumer.endOffsets(partitions), consumer, reader);
        }
    }

    /** Where these partitions end: behind the last record that can be read, and what stands behind that. */
    Map<TopicPartition, Long> ends(Set<TopicPartition> partitions) {
        try (Consumer<byte[], byte[]> consumer = consumer(QUICK_AT_THE_END)) {
            return consumer.endOffsets(partitions);
        }
    }

    /** The offsets that a group has committed, for those partitions for which it has. */
    public Map<TopicPartition, Long> committedOffsets(String group) throws InterruptedException {
        return offsets(get(admin.listConsumerGroupOffsets(group)
                .partitionsToOffsetAndMetadata()
                .toCompletionStage()
                .toCompletableFuture()));
    }

    /** The same where the cluster answers soon, as it need not while a broker is away; otherwise nothing. */
    public Optional<Map<TopicPartition, Long>> committedOffsetsIfKnown(String group) throws InterruptedException {
        try {
            return Optional.of(offsets(
                    admin.listConsumerGroupOffsets(group, new ListConsumerGroupOffsetsOptions().timeoutMs(SOON_MILLIS))
                            .partitionsToOffsetAndMetadata()
                            .get()));
        } catch (ExecutionException e) {
            return Optional.empty();
        }
    }

    private static Map<TopicPartition, Long> offsets(Map<TopicPartition, @Nullable OffsetAndMetadata> committed) {
        return committed.entrySet().stream()
                .filter(entry -> entry.getValue() != null)
                .collect(toMap(
                        Map.Entry::getKey,
                        entry -> Objects.requireNonNull(entry.getValue()).offset()));
    }

    /** A producer of bytes; {@code settings} replace Kafka's defaults. The caller closes it. */
    public Producer<byte[], byte[]> producer(Map<String, Object> settings) {
        Map<String, Object> all = new HashMap<>();
        all.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
        all.putAll(settings);
        return new KafkaProducer<>(all, new ByteArraySerializer(), new ByteArraySerializer());
    }

    /** A consumer of bytes, {@code read_committed} unless {@code settings} say otherwise. The caller closes it. */
    public Consumer<byte[], byte[]> consumer(Map<String, Object> settings) {
        Map<String, Object> all = new HashMap<>();
        all.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        all.putAll(settings);
        all.put(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
        return new KafkaConsumer<>(all, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    @Override
    public void close() {
        admin.close();
    }

    /**
     * A topic exists when the controller says so, and for the brokers that lead its partitions a little later: an idempotent producer
     * whose first batch comes too early, and the second does not, tries the first until its delivery times out.
     */
    private void awaitWritable(String topic, int partitions) {
        Map<TopicPartition, OffsetSpec> all = IntStream.range(0, partitions)
                .boxed()
                .collect(toMap(number -> new TopicPartition(topic, number), number -> OffsetSpec.latest()));
        Awaitility.await("topic " + topic)
                .atMost(TIMEOUT)
                .ignoreExceptionsMatching(e -> e.getCause() instanceof RetriableException)
                .until(() -> admin.listOffsets(all).all().get() != null);
    }

    private static void readUpTo(
            Map<TopicPartition, Long> ends,
            Consumer<byte[], byte[]> consumer,
            java.util.function.Consumer<ConsumerRecord<byte[], byte[]>> reader) {
        long begin = System.nanoTime();
        while (!hasReached(ends, consumer)) {
            consumer.poll(POLL).forEach(reader);
            if (System.nanoTime() - begin > TIMEOUT.toNanos()) {
                throw new AssertionError("Not read up to " + ends);
            }
        }
    }

    /** Asks for positions, not for records: at the end there may be none but transaction markers. */
    private static boolean hasReached(Map<TopicPartition, Long> ends, Consumer<byte[], byte[]> consumer) {
        return ends.entrySet().stream().allMatch(end -> consumer.position(end.getKey()) >= end.getValue());
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    private static <T> T get(Future<T> answer) throws InterruptedException {
        try {
            return answer.get(TIMEOUT.toSeconds(), SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new AssertionError("The cluster did not do what the test needs", e);
        }
    }
}
