package dev.spillway.bench;

import dev.spillway.config.SpillwayConfig;
import dev.spillway.demo.LocalKafka;
import dev.spillway.flow.Time;
import dev.spillway.runtime.ExitReport;
import dev.spillway.runtime.Sidecar;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
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
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * How fast records go through {@code identity}, beside a plain poll-and-send loop on the same broker in the same run: the arms take
 * turns, each in a JVM of its own with the same heap, and what counts is the ratio of their medians.
 *
 * <p>Rates are those of the steady state. Each arm moves {@code bench.warm.up} records first, in the same run, since the JVM compiles for
 * some twenty seconds; the rate is that of the records after those, by the timestamps in the output topic.
 *
 * <p>System properties: {@code bench.records} (default 1,000,000), {@code bench.warm.up} (10,000,000), {@code bench.size} in bytes (200),
 * {@code bench.rounds} (5), {@code bench.spillway} for settings of the sidecar, as in {@code workers=4,queue.capacity=2000}.
 */
public final class ThroughputBenchmark {
    private static final int RECORDS = Integer.getInteger("bench.records", 1_000_000);
    private static final int WARM_UP = Integer.getInteger("bench.warm.up", 10_000_000);
    private static final int ALL = WARM_UP + RECORDS;
    private static final int SIZE = Integer.getInteger("bench.size", 200);
    private static final int ROUNDS = Integer.getInteger("bench.rounds", 5);
    private static final Map<String, String> OWN_SETTINGS = settingsIn(System.getProperty("bench.spillway", ""));
    private static final int PARTITIONS = 4;
    private static final String INPUT = "bench-input";
    private static final String PLAIN = "plain loop";
    private static final List<String> ARMS = List.of(PLAIN, "at_least_once", "exactly_once_v2");

    private final String bootstrapServers;
    private final BenchTopics topics;

    private ThroughputBenchmark(String bootstrapServers) {
        this.bootstrapServers = bootstrapServers;
        this.topics = new BenchTopics(bootstrapServers, PARTITIONS);
    }

    /** Runs all arms in turns and prints a table; or, as a child, one arm: its name, its output topic, the broker. */
    public static void main(String[] args) throws Exception {
        if (args.length == 3) {
            new ThroughputBenchmark(args[2]).moveTo(args[1], args[0]);
            return;
        }
        try (LocalKafka kafka = LocalKafka.builder()
                .partitions(PARTITIONS)
                .heap(1024)
                .jvmFlags(List.of("-XX:+UseG1GC"))
                .start()) {
            new ThroughputBenchmark(kafka.bootstrapServers()).run();
        }
    }

    private static Map<String, String> settingsIn(String text) {
        return Arrays.stream(text.split(","))
                .filter(setting -> !setting.isEmpty())
                .map(setting -> setting.split("=", 2))
                .collect(Collectors.toMap(setting -> setting[0], setting -> setting[1]));
    }

    private void run() throws Exception {
        topics.create(List.of(INPUT, "bench-drops", "bench-dead"));
        fillInput();
        Map<String, List<Double>> rates = new LinkedHashMap<>();
        for (int round = 1; round <= ROUNDS; round++) {
            for (String arm : ARMS) {
                String output = "bench-output-" + round + "-" + arm.replace(' ', '-');
                topics.create(List.of(output));
                double cpuSeconds = inItsOwnJvm(arm, output);
                double rate = RECORDS / (topics.sendingMillis(output, WARM_UP, RECORDS) / 1e3);
                topics.delete(output);
                System.out.printf("round %d %-16s %,10.0f records/s, %.1f s of CPU%n", round, arm, rate, cpuSeconds);
                rates.computeIfAbsent(arm, name -> new ArrayList<>()).add(rate);
            }
        }
        print(rates);
    }

    private double inItsOwnJvm(String arm, String output) throws Exception {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        // The heap and the log's level are the parent's.
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), ThroughputBenchmark.class.getName()));
        command.addAll(List.of(arm, output, bootstrapServers));
        Process child = new ProcessBuilder(command).inheritIO().start();
        try {
            double cpuSeconds = 0;
            while (!child.waitFor(20, TimeUnit.MILLISECONDS)) {
                cpuSeconds = child.info()
                        .totalCpuDuration()
                        .map(cpu -> cpu.toMillis() / 1e3)
                        .orElse(cpuSeconds);
            }
            if (child.exitValue() != 0) {
                throw new IllegalStateException(arm + " ended with " + child.exitValue());
            }
            return cpuSeconds;
        } finally {
            child.destroyForcibly();
        }
    }

    private void moveTo(String output, String arm) {
        if (arm.equals(PLAIN)) {
            plainLoop(output);
        } else {
            spillway(output, arm);
        }
    }

    private static void print(Map<String, List<Double>> rates) {
        double plain = median(rates.get(PLAIN));
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

    private void fillInput() {
        Random random = new Random(42);
        try (KafkaProducer<byte[], byte[]> producer = producer()) {
            for (int i = 0; i < ALL; i++) {
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
            while (moved < ALL) {
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
        settings.put("admin.listen", "");
        settings.putAll(OWN_SETTINGS);
        clients().forEach((key, value) -> {
            if (!key.equals("bootstrap.servers")) {
                settings.put("producer." + key, value.toString());
            }
        });
        ExitReport report = new Sidecar(new SpillwayConfig(settings), true, Time.system()).run();
        if (!report.isConserved() || report.totals().committed().processed() != ALL) {
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
