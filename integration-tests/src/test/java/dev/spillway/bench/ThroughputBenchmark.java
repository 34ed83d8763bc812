package dev.spillway.bench;

import dev.spillway.config.SpillwayConfig;
import dev.spillway.demo.LocalKafka;
import dev.spillway.flow.Time;
import dev.spillway.runtime.ExitReport;
import dev.spillway.runtime.Sidecar;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * How fast records go through {@code identity}, beside a plain poll-and-send loop on the same broker in the same run: the arms take
 * turns, and what counts is the ratio of their medians.
 *
 * <p>System properties: {@code bench.records} (default 1,000,000), {@code bench.size} in bytes (200), {@code bench.rounds} after one
 * round of warm-up (3). Rates are those of the steady state: an arm's records over the time between its first and its last send, by the
 * timestamps in the output topic.
 */
public final class ThroughputBenchmark {
    private static final int RECORDS = Integer.getInteger("bench.records", 1_000_000);
    private static final int SIZE = Integer.getInteger("bench.size", 200);
    private static final int ROUNDS = Integer.getInteger("bench.rounds", 3);
    private static final int PARTITIONS = 4;
    private static final String INPUT = "bench-input";

    private final String bootstrapServers;

    private ThroughputBenchmark(String bootstrapServers) {
        this.bootstrapServers = bootstrapServers;
    }

    /** Runs all arms in turns and prints a table. */
    public static void main(String[] args) throws Exception {
        try (LocalKafka kafka = LocalKafka.builder()
                .partitions(PARTITIONS)
                .heap(1024)
                .jvmFlags(List.of("-XX:+UseG1GC"))
                .start()) {
            new ThroughputBenchmark(kafka.bootstrapServers()).run();
        }
    }

    private interface Arm {
        /** Moves all records to the topic. */
        void moveTo(String output) throws Exception;
    }

    private void run() throws Exception {
        create(List.of(INPUT, "bench-drops", "bench-dead"));
        fillInput();
        Map<String, Arm> arms = new LinkedHashMap<>();
        arms.put("plain loop", this::plainLoop);
        arms.put("spillway at_least_once", output -> spillway(output, "at_least_once"));
        arms.put("spillway exactly_once_v2", output -> spillway(output, "exactly_once_v2"));
        Map<String, List<Double>> rates = new LinkedHashMap<>();
        for (int round = 0; round <= ROUNDS; round++) {
            for (Map.Entry<String, Arm> arm : arms.entrySet()) {
                String output = "bench-output-" + round + "-" + arm.getKey().replace(' ', '-');
                create(List.of(output));
                arm.getValue().moveTo(output);
                double rate = RECORDS / (sendingMillis(output) / 1e3);
                System.out.printf(
                        "%s %-26s %,10.0f records/s%n", round == 0 ? "warm-up" : "round " + round, arm.getKey(), rate);
                if (round > 0) {
                    rates.computeIfAbsent(arm.getKey(), name -> new ArrayList<>())
                            .add(rate);
                }
            }
        }
        print(rates);
    }

    private static void print(Map<String, List<Double>> rates) {
        double plain = median(rates.values().iterator().next());
        System.out.printf(
                "%n| arm | records/s (median) | min | max | ratio to the plain loop |%n|---|---|---|---|---|%n");
        rates.forEach((arm, all) -> System.out.printf(
                "| %s | %,.0f | %,.0f | %,.0f | %.2f |%n",
                arm,
                median(all),
                all.stream().mapToDouble(d -> d).min().orElseThrow(),
                all.stream().mapToDouble(d -> d).max().orElseThrow(),
                median(all) / plain));
    }

    private static double median(List<Double> values) {
        double[] sorted = values.stream().mapToDouble(d -> d).sorted().toArray();
        return sorted[sorted.length / 2];
    }

    private void create(List<String> topics) throws Exception {
        try (Admin admin = Admin.create(Map.<String, Object>of("bootstrap.servers", bootstrapServers))) {
            admin.createTopics(topics.stream()
                            .map(name -> new NewTopic(name, PARTITIONS, (short) 1))
                            .toList())
                    .all()
                    .get();
        }
    }

    /** From the first to the last send of a topic's records, in milliseconds. */
    private double sendingMillis(String topic) {
        Map<String, Object> settings =
                Map.of("bootstrap.servers", bootstrapServers, "isolation.level", "read_committed");
        long first = Long.MAX_VALUE;
        long last = 0;
        int count = 0;
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                    .map(p -> new TopicPartition(topic, p.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            while (count < RECORDS) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(100))) {
                    first = Math.min(first, record.timestamp());
                    last = Math.max(last, record.timestamp());
                    count++;
                }
            }
        }
        return last - first;
    }

    private void fillInput() {
        Random random = new Random(42);
        try (KafkaProducer<byte[], byte[]> producer = producer()) {
            for (int i = 0; i < RECORDS; i++) {
                byte[] value = new byte[SIZE];
                random.nextBytes(value);
                // Half of it compresses, as text would.
                Arrays.fill(value, 0, SIZE / 2, (byte) 'x');
                Future<RecordMetadata> unused = producer.send(new ProducerRecord<>(INPUT, i % PARTITIONS, null, value));
            }
            producer.flush();
        }
    }

    /** What a user would write by hand: poll, send, flush and commit now and then. */
    private void plainLoop(String output) {
        Map<String, Object> settings = new LinkedHashMap<>(clients());
        settings.put("group.id", UUID.randomUUID().toString());
        settings.put("auto.offset.reset", "earliest");
        settings.put("enable.auto.commit", "false");
        settings.put("key.deserializer", ByteArrayDeserializer.class);
        settings.put("value.deserializer", ByteArrayDeserializer.class);
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(settings);
                KafkaProducer<byte[], byte[]> producer = producer()) {
            consumer.subscribe(List.of(INPUT));
            long lastCommit = System.nanoTime();
            int moved = 0;
            while (moved < RECORDS) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(100))) {
                    Future<RecordMetadata> unused = producer.send(
                            new ProducerRecord<>(output, null, record.key(), record.value(), record.headers()));
                    moved++;
                }
                if (System.nanoTime() - lastCommit > TimeUnit.SECONDS.toNanos(1)) {
                    producer.flush();
                    consumer.commitAsync();
                    lastCommit = System.nanoTime();
                }
            }
            producer.flush();
            consumer.commitSync();
        }
    }

    private void spillway(String output, String guarantee) {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("application.id", "bench-" + UUID.randomUUID());
        settings.put("bootstrap.servers", bootstrapServers);
        settings.put("input.topics", INPUT);
        settings.put("output.topic", output);
        settings.put("drop.topic", "bench-drops");
        settings.put("dead.letter.topic", "bench-dead");
        settings.put("shed.policy", "BLOCK");
        settings.put("processor", "identity");
        settings.put("processing.guarantee", guarantee);
        settings.put("workers", System.getProperty("bench.workers", "2"));
        settings.put("admin.listen", "");
        clients().forEach((key, value) -> {
            if (!key.equals("bootstrap.servers")) {
                settings.put("producer." + key, value.toString());
            }
        });
        ExitReport report = new Sidecar(new SpillwayConfig(settings), true, Time.system()).run();
        if (!report.isConserved() || report.totals().committed().processed() != RECORDS) {
            throw new IllegalStateException(report.render(), report.failure());
        }
    }

    private KafkaProducer<byte[], byte[]> producer() {
        Map<String, Object> settings = new LinkedHashMap<>(clients());
        return new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
    }

    /** The same for all arms. */
    private Map<String, Object> clients() {
        return Map.of(
                "bootstrap.servers",
                bootstrapServers,
                "compression.type",
                "lz4",
                "linger.ms",
                "5",
                "batch.size",
                "65536");
    }
}
