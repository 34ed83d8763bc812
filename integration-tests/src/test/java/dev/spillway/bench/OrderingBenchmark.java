package dev.spillway.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.spillway.config.SpillwayConfig;
import dev.spillway.demo.LocalKafka;
import dev.spillway.flow.Time;
import dev.spillway.runtime.ExitReport;
import dev.spillway.runtime.Sidecar;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * What order costs: the throughput of the three values of {@code ordering}, for work that takes no time and for work that waits for a
 * millisecond, on one broker in one run. Keys have a Zipf distribution, so that the most frequent one is a lane for itself that much
 * queues for; and a poll brings records of few partitions, so that a small queue holds few lanes. The arms take turns; what counts is the
 * ratio of their medians to {@code unordered}.
 *
 * <p>System properties: {@code bench.rounds} (3), {@code bench.ordering.records} for no work (400,000; a twentieth of it for a millisecond), {@code bench.keys} (1000), {@code bench.zipf}
 * (1.0), {@code bench.spillway.guarantee} (at_least_once).
 */
public final class OrderingBenchmark {
    private static final int ROUNDS = Integer.getInteger("bench.rounds", 3);
    private static final int RECORDS = Integer.getInteger("bench.ordering.records", 400_000);
    private static final int KEYS = Integer.getInteger("bench.keys", 1000);
    private static final double EXPONENT = Double.parseDouble(System.getProperty("bench.zipf", "1.0"));
    private static final String GUARANTEE = System.getProperty("bench.spillway.guarantee", "at_least_once");
    private static final int PARTITIONS = 4;
    private static final int WORKERS = 16;
    private static final int VALUE_BYTES = 200;
    /** The default: what one poll brings. */
    private static final int SMALL_QUEUE = 500;

    private static final int LARGE_QUEUE = 10_000;
    private static final int FIRST_ONES = 50;
    private static final List<String> ORDERINGS = List.of("unordered", "key", "partition");

    private final String bootstrapServers;
    private final BenchTopics topics;

    /** A row of the table, but for its ordering. */
    private record Load(long millis, int records, int queueCapacity) {
        String input() {
            return "bench-ordering-" + millis + "-ms";
        }

        String outputPrefix() {
            return input() + "-" + queueCapacity;
        }
    }

    private OrderingBenchmark(String bootstrapServers) {
        this.bootstrapServers = bootstrapServers;
        this.topics = new BenchTopics(bootstrapServers, PARTITIONS);
    }

    /** Runs all arms in turns and prints a table. */
    public static void main(String[] args) throws Exception {
        try (LocalKafka kafka = LocalKafka.builder()
                .partitions(PARTITIONS)
                .heap(1024)
                .jvmFlags(List.of("-XX:+UseG1GC"))
                .start()) {
            new OrderingBenchmark(kafka.bootstrapServers()).run();
        }
    }

    private void run() throws Exception {
        Load noWork = new Load(0, RECORDS, SMALL_QUEUE);
        Load work = new Load(1, RECORDS / 20, SMALL_QUEUE);
        List<Load> loads = List.of(noWork, work, new Load(1, RECORDS / 20, LARGE_QUEUE));
        topics.create(List.of("bench-drops", "bench-dead", "bench-ordering-warm-up", noWork.input(), work.input()));
        fill(noWork);
        fill(work);
        for (String ordering : ORDERINGS) {
            move(noWork, ordering, "bench-ordering-warm-up");
        }
        Map<Load, Map<String, List<Double>>> rates = new LinkedHashMap<>();
        for (int round = 1; round <= ROUNDS; round++) {
            for (Load load : loads) {
                for (String ordering : ORDERINGS) {
                    double rate = measure(load, ordering, round);
                    print(
                            "round %d, %d ms, queue %,6d, %-10s %,10.0f records/s",
                            round, load.millis(), load.queueCapacity(), ordering, rate);
                    rates.computeIfAbsent(load, l -> new LinkedHashMap<>())
                            .computeIfAbsent(ordering, o -> new ArrayList<>())
                            .add(rate);
                }
            }
        }
        print("");
        print("| work for a record | `queue.capacity` | `ordering` | records/s (median) | ratio to unordered |");
        print("|---|---|---|---|---|");
        rates.forEach((load, byOrdering) -> byOrdering.forEach((ordering, all) -> print(
                "| %d ms | %,d | `%s` | %,.0f | %.2f |",
                load.millis(),
                load.queueCapacity(),
                ordering,
                median(all),
                median(all) / median(byOrdering.get("unordered")))));
    }

    private double measure(Load load, String ordering, int round) throws Exception {
        String output = load.outputPrefix() + "-" + ordering + "-" + round;
        topics.create(List.of(output));
        move(load, ordering, output);
        return load.records() / (topics.sendingMillis(output, 0, load.records()) / 1e3);
    }

    private void move(Load load, String ordering, String output) {
        Map<String, String> settings = new HashMap<>();
        settings.put("application.id", "bench-" + UUID.randomUUID());
        settings.put("bootstrap.servers", bootstrapServers);
        settings.put("input.topics", load.input());
        settings.put("output.topic", output);
        settings.put("drop.topic", "bench-drops");
        settings.put("dead.letter.topic", "bench-dead");
        settings.put("shed.policy", "BLOCK");
        settings.put("processor", PausingProcessor.class.getName());
        settings.put("processor.millis", Long.toString(load.millis()));
        settings.put("processing.guarantee", GUARANTEE);
        settings.put("ordering", ordering);
        settings.put("queue.capacity", Integer.toString(load.queueCapacity()));
        settings.put("workers", Integer.toString(WORKERS));
        settings.put("admin.listen", "");
        settings.put("producer.compression.type", "lz4");
        settings.put("producer.linger.ms", "5");
        ExitReport report = new Sidecar(new SpillwayConfig(settings), true, Time.system()).run();
        if (!report.isConserved() || report.totals().committed().processed() != load.records()) {
            throw new IllegalStateException(report.render(), report.failure());
        }
    }

    private void fill(Load load) throws Exception {
        double[] sums = new double[KEYS];
        double sum = 0;
        for (int i = 0; i < KEYS; i++) {
            sum += Math.pow(i + 1, -EXPONENT);
            sums[i] = sum;
        }
        Random random = new Random(42);
        Map<String, Object> settings =
                Map.of("bootstrap.servers", bootstrapServers, "compression.type", "lz4", "linger.ms", "5");
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
            for (int i = 0; i < load.records(); i++) {
                int found = Arrays.binarySearch(sums, random.nextDouble() * sum);
                int key = found < 0 ? Math.min(KEYS - 1, -found - 1) : found;
                byte[] value = new byte[VALUE_BYTES];
                Arrays.fill(value, (byte) ('a' + i % 26));
                Future<RecordMetadata> sent =
                        producer.send(new ProducerRecord<>(load.input(), ("key-" + key).getBytes(UTF_8), value));
                if (i < FIRST_ONES) {
                    sent.get(); // a topic that has just been created is not quite there yet
                }
            }
            producer.flush();
        }
    }

    private static double median(List<Double> values) {
        double[] sorted = values.stream().mapToDouble(d -> d).sorted().toArray();
        return sorted[sorted.length / 2];
    }

    private static void print(String format, Object... values) {
        System.out.println(String.format(Locale.ROOT, format, values));
    }
}
