package dev.spillway.runtime;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.spillway.ClusterClient;
import dev.spillway.TestKafka;
import dev.spillway.ThreeBrokers;
import dev.spillway.config.Guarantee;
import dev.spillway.config.SpillwayConfig;
import dev.spillway.flow.CancellationToken;
import dev.spillway.flow.Time;
import dev.spillway.inspect.AuditReader;
import dev.spillway.inspect.AuditReport;
import dev.spillway.inspect.ReadProgress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/** An application of Spillway with topics of its own: starts instances of it, puts load on it, and audits what they left. */
public final class Deployment implements AutoCloseable {
    private final ClusterClient client;
    private final Path directory;
    private final String id = ClusterClient.uniqueName("app");
    private final String input;
    private final int partitions;
    private final Map<String, String> settings = new LinkedHashMap<>();
    private final List<SidecarProcess> processes = new ArrayList<>();

    /**
     * Makes the input topic; the others are made by the sidecar.
     *
     * @param directory for configuration files
     */
    Deployment(TestKafka kafka, Path directory, int partitions) throws InterruptedException {
        this(kafka.bootstrapServers(), kafka.client(), directory, partitions);
    }

    /** As the other one, on a cluster to break, which its instances reach through relays. */
    public Deployment(ThreeBrokers kafka, Path directory, int partitions) throws InterruptedException {
        this(kafka.relayedServers(), kafka.client(), directory, partitions);
    }

    private Deployment(String bootstrapServers, ClusterClient client, Path directory, int partitions)
            throws InterruptedException {
        this.client = client;
        this.directory = directory;
        this.partitions = partitions;
        this.input = client.createTopic(id + "-in", partitions);
        set("application.id", id);
        set("bootstrap.servers", bootstrapServers);
        set("input.topics", input);
        set("output.topic", id + "-out");
        set("drop.topic", id + "-drop");
        set("dead.letter.topic", id + "-dead");
        set("topics.create", true);
        set("admin.listen", "");
    }

    /** Sets a key of the configuration for the instances that are started from now on. */
    public Deployment set(String key, Object value) {
        settings.put(key, value.toString());
        return this;
    }

    /** Starts an instance. */
    public SidecarProcess start(String... jvmOptions) {
        SidecarProcess process = SidecarProcess.start(configFile(), List.of(jvmOptions));
        processes.add(process);
        return process;
    }

    /** Starts an instance and waits until the group has given it partitions. */
    public SidecarProcess startAssigned(String... jvmOptions) {
        return start(jvmOptions).awaitLog(" assigned \\[.+]");
    }

    /** Load on the input topic until it is closed. It outlasts any outage: what a test is about is how a sidecar does. */
    public Load load(int perSecond, String value) {
        var patience = Map.<String, Object>of("max.block.ms", "600000", "delivery.timeout.ms", "600000");
        return new Load(client.producer(patience), input, perSecond, value);
    }

    /** Puts records into the input topic, spread over the partitions. */
    void produce(int count, String value) throws InterruptedException {
        client.produce(IntStream.range(0, count)
                .mapToObj(i -> new ProducerRecord<>(input, i % partitions, (byte[]) null, value.getBytes(UTF_8)))
                .toList());
    }

    /** Puts a record into a partition of the input topic. */
    void produceTo(int partition, String value) throws InterruptedException {
        client.produce(List.of(new ProducerRecord<>(input, partition, (byte[]) null, value.getBytes(UTF_8))));
    }

    /** Its {@code application.id}, and so the name of its group. */
    public String id() {
        return id;
    }

    /**
     * What an independent count finds in its topics.
     *
     * @param records how many records of the input are committed
     * @param lost how many of those have no outcome
     * @param duplicated how many of those have more than one
     */
    public record Count(long records, long lost, long duplicated) {}

    /** Counts outcomes up to the committed offsets. */
    public Count count() throws InterruptedException {
        Map<TopicPartition, Long> committed = client.committedOffsets(id);
        SettledRecords outcomes = SettledRecords.read(
                client, new SpillwayConfig(settings).topics().outputs());
        return new Count(
                sum(committed),
                outcomes.count(committed, outcome -> outcome == 0),
                outcomes.count(committed, outcome -> outcome > 1));
    }

    /** The topic that its records come from. */
    public String input() {
        return input;
    }

    /** Waits until there are so many results, committed or not. */
    void awaitSent(int results) {
        try (Consumer<byte[], byte[]> all = client.consumer(Map.of("isolation.level", "read_uncommitted"))) {
            List<TopicPartition> outputs = all.partitionsFor(id + "-out").stream()
                    .map(info -> new TopicPartition(info.topic(), info.partition()))
                    .toList();
            Awaitility.await(results + " results")
                    .atMost(SidecarProcess.PATIENCE)
                    .until(() -> all.endOffsets(outputs).values().stream()
                                    .mapToLong(Long::longValue)
                                    .sum()
                            >= results);
        }
    }

    /** How far it has come in all partitions together. */
    public long committed() throws InterruptedException {
        return sum(client.committedOffsets(id));
    }

    private static long sum(Map<TopicPartition, Long> offsets) {
        return offsets.values().stream().mapToLong(Long::longValue).sum();
    }

    /** After how long without a word Kafka takes members for dead that use its new group protocol. */
    void setSessionOfMembers(Duration session) throws InterruptedException, ExecutionException {
        client.admin()
                .incrementalAlterConfigs(Map.of(
                        new ConfigResource(ConfigResource.Type.GROUP, id),
                        List.of(new AlterConfigOp(
                                new ConfigEntry("consumer.session.timeout.ms", Long.toString(session.toMillis())),
                                AlterConfigOp.OpType.SET))))
                .all()
                .get();
    }

    /** Whether its group has any members. */
    boolean hasMembers() throws InterruptedException {
        try {
            return client.admin().describeConsumerGroups(List.of(id)).all().get().values().stream()
                    .anyMatch(group -> !group.members().isEmpty());
        } catch (ExecutionException e) {
            return false;
        }
    }

    /** Waits until its group is about to share partitions anew, but has not yet. */
    void awaitRebalance() {
        Awaitility.await("a rebalance")
                .atMost(SidecarProcess.PATIENCE)
                .pollInterval(Duration.ofMillis(10))
                .until(() -> client.admin().describeConsumerGroups(List.of(id)).all().get().values().stream()
                        .anyMatch(group -> group.groupState() == GroupState.PREPARING_REBALANCE));
    }

    /** Waits until it has come so much further than it is now. */
    public void awaitProgress(long records, Duration timeout) throws InterruptedException {
        long start = Awaitility.await("an answer of the group's coordinator")
                .atMost(timeout)
                .until(() -> client.committedOffsetsIfKnown(id), Optional::isPresent)
                .map(Deployment::sum)
                .orElseThrow();
        try {
            Awaitility.await("progress of " + records + " records from " + start)
                    .atMost(timeout)
                    .until(() -> sum(client.committedOffsetsIfKnown(id).orElse(Map.of())) >= start + records);
        } catch (ConditionTimeoutException e) {
            throw new AssertionError(e.getMessage() + "\n" + processes, e);
        }
    }

    /** Waits until so many more records of every partition are committed. */
    void awaitProgressInEachPartition(long records) throws InterruptedException {
        Map<TopicPartition, Long> start = client.committedOffsets(id);
        try {
            Awaitility.await("progress of " + records + " records in each partition from " + start)
                    .atMost(SidecarProcess.PATIENCE)
                    .until(() -> {
                        Map<TopicPartition, Long> now =
                                client.committedOffsetsIfKnown(id).orElse(Map.of());
                        return inputPartitions().stream()
                                .allMatch(partition ->
                                        now.getOrDefault(partition, 0L) >= start.getOrDefault(partition, 0L) + records);
                    });
        } catch (ConditionTimeoutException e) {
            throw new AssertionError(e.getMessage() + "\n" + processes, e);
        }
    }

    public void awaitProgress(long records) throws InterruptedException {
        awaitProgress(records, SidecarProcess.PATIENCE);
    }

    /** Waits until everything in the input is committed. */
    public void awaitCaughtUp() {
        awaitCaughtUp(partitions, SidecarProcess.PATIENCE);
    }

    /** Waits until everything in so many partitions of the input is committed. */
    public void awaitCaughtUp(int partitionCount, Duration timeout) {
        Map<TopicPartition, Long> ends = ends();
        try {
            Awaitility.await("commit up to the end of " + partitionCount + " of " + ends)
                    .atMost(timeout)
                    .until(() -> caughtUp(ends) >= partitionCount);
        } catch (ConditionTimeoutException e) {
            throw new AssertionError(e.getMessage() + "\n" + processes, e);
        }
    }

    private long caughtUp(Map<TopicPartition, Long> ends) throws InterruptedException {
        Map<TopicPartition, Long> committed = client.committedOffsetsIfKnown(id).orElse(Map.of());
        return ends.entrySet().stream()
                .filter(end -> end.getValue().equals(committed.get(end.getKey())))
                .count();
    }

    private Map<TopicPartition, Long> ends() {
        try (Consumer<byte[], byte[]> consumer = client.consumer(Map.of())) {
            return consumer.endOffsets(inputPartitions());
        }
    }

    /** The values of all results. */
    List<String> results() {
        return client.readCommitted(id + "-out").stream()
                .map(record -> new String(record.value(), UTF_8))
                .toList();
    }

    /**
     * Audits with the product's own audit and with an independent one: up to the committed offsets each input record has exactly one
     * outcome, at least one under at least once; and under exactly once there is none beyond.
     */
    public void audit() throws InterruptedException {
        SpillwayConfig config = new SpillwayConfig(settings);
        SettledRecords outcomes = SettledRecords.read(client, config.topics().outputs());
        try {
            if (config.guarantee() == Guarantee.EXACTLY_ONCE_V2) {
                outcomes.assertExactlyOnce(client.committedOffsets(id));
            } else {
                outcomes.assertAtLeastOnce(client.committedOffsets(id));
            }
        } catch (AssertionError e) {
            throw new AssertionError(e.getMessage() + "\n" + processes, e);
        }
        AuditReport report = auditOfTheProduct(config);
        assertThat(report.isConserved()).as(report.text()).isTrue();
        assertThat(report.isCommitted()).as(report.text()).isTrue();
    }

    @Override
    public void close() {
        processes.forEach(SidecarProcess::close);
    }

    private AuditReport auditOfTheProduct(SpillwayConfig config) {
        try (Consumer<byte[], byte[]> consumer =
                client.consumer(Map.of("group.id", id, "enable.auto.commit", "false"))) {
            return AuditReader.of(
                            config,
                            client.admin(),
                            consumer,
                            Time.system(),
                            CancellationToken.root(),
                            ReadProgress.NONE)
                    .run()
                    .orElseThrow();
        }
    }

    private List<TopicPartition> inputPartitions() {
        return IntStream.range(0, partitions)
                .mapToObj(number -> new TopicPartition(input, number))
                .toList();
    }

    private Path configFile() {
        Path file = directory.resolve(id + "-" + processes.size() + ".properties");
        Properties properties = new Properties();
        properties.putAll(settings);
        try (Writer writer = Files.newBufferedWriter(file)) {
            properties.store(writer, null);
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
