package dev.spillway;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.spillway.config.Guarantee;
import dev.spillway.config.SpillwayConfig;
import dev.spillway.flow.CancellationToken;
import dev.spillway.flow.Time;
import dev.spillway.inspect.AuditReader;
import dev.spillway.inspect.AuditReport;
import dev.spillway.inspect.ReadProgress;
import dev.spillway.runtime.ExitReport;
import dev.spillway.runtime.Sidecar;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;

/**
 * An application of Spillway on a test cluster: its topics, its configuration, and what becomes of its records. Unless a test says
 * otherwise it forwards records as they are, with two workers, and blocks when the queue is full. For one thread.
 */
public final class Application {
    private final ClusterClient client;
    private final Map<String, String> settings = new HashMap<>();

    private Application(ClusterClient client) {
        this.client = client;
    }

    /** An application on the shared cluster, with topics of its own. */
    public static Application on(TestKafka kafka, int partitions) throws InterruptedException {
        return on(kafka.bootstrapServers(), kafka.client(), partitions);
    }

    /** An application with topics of its own. */
    public static Application on(String bootstrapServers, ClusterClient client, int partitions)
            throws InterruptedException {
        return new Application(client)
                .with("bootstrap.servers", bootstrapServers)
                .with("application.id", ClusterClient.uniqueName("app"))
                .with("input.topics", client.createTopic("input", partitions))
                .with("output.topic", client.createTopic("output", partitions))
                .with("drop.topic", client.createTopic("drop", partitions))
                .with("dead.letter.topic", client.createTopic("dead", partitions))
                .with("shed.policy", "BLOCK")
                .with("processor", "identity")
                .with("workers", "2")
                .with("admin.listen", "");
    }

    /** An application with this configuration and no topics. */
    public static Application of(ClusterClient client, Map<String, String> settings) {
        Application application = new Application(client);
        application.settings.putAll(settings);
        return application;
    }

    /** Sets a key of the configuration, in place of what it was. */
    @CanIgnoreReturnValue
    public Application with(String key, String value) {
        settings.put(key, value);
        return this;
    }

    /** Chooses the guarantee by its name in the configuration. */
    @CanIgnoreReturnValue
    public Application guaranteeing(Guarantee guarantee) {
        return with("processing.guarantee", guarantee.configValue());
    }

    /** Takes a key out of the configuration. */
    @CanIgnoreReturnValue
    public Application without(String key) {
        settings.remove(key);
        return this;
    }

    /** What a key is set to. */
    public String setting(String key) {
        return Objects.requireNonNull(settings.get(key), key);
    }

    public String input() {
        return setting("input.topics");
    }

    public SpillwayConfig config() {
        return new SpillwayConfig(settings);
    }

    /** Writes the configuration as a file for the command line. */
    public Path writeTo(Path directory) throws IOException {
        Path file = directory.resolve("spillway.properties");
        Properties properties = new Properties();
        properties.putAll(settings);
        try (Writer writer = Files.newBufferedWriter(file)) {
            properties.store(writer, null);
        }
        return file;
    }

    /** Runs the sidecar in this thread and process until the input is done. */
    public ExitReport runUntilEnd() {
        return new Sidecar(config(), true, Time.system()).run();
    }

    /** What the product's own audit says. */
    public AuditReport audit() {
        SpillwayConfig config = config();
        Map<String, Object> reader = new HashMap<>(config.inspectionClient());
        reader.put("group.id", config.applicationId());
        try (Admin admin = Admin.create(config.adminClient());
                Consumer<byte[], byte[]> consumer = new KafkaConsumer<>(reader)) {
            return AuditReader.of(config, admin, consumer, Time.system(), CancellationToken.root(), ReadProgress.NONE)
                    .run()
                    .orElseThrow();
        }
    }

    /** What readers of committed records find in its topics. */
    public Outcomes outcomes() {
        return Outcomes.read(config().topics(), client);
    }

    /** The offsets that it has committed. */
    public Map<TopicPartition, Long> committed() throws InterruptedException {
        return client.committedOffsets(setting("application.id"));
    }

    /**
     * Asserts that everything in the input is committed and has exactly one outcome, or at least one where no more is promised: by
     * the product's audit, and by a count of origins that shares no code with it.
     *
     * @return what it found
     */
    @CanIgnoreReturnValue
    public Outcomes assertConserved() throws InterruptedException {
        // First, since it waits for the markers of transactions: offsets may be visible as committed before the results
        // are.
        AuditReport audit = audit();
        assertThat(audit.isConserved()).as(audit.text()).isTrue();
        Outcomes outcomes = outcomes();
        if (config().guarantee() == Guarantee.EXACTLY_ONCE_V2) {
            assertThat(outcomes.origins()).containsExactlyInAnyOrderElementsOf(outcomes.inputOrigins());
        } else {
            assertThat(outcomes.origins()).hasSameElementsAs(outcomes.inputOrigins());
        }
        assertThat(committed()).containsAllEntriesOf(outcomes.inputEnds());
        assertThat(audit.total().input()).isEqualTo(outcomes.inputOrigins().size());
        return outcomes;
    }
}
