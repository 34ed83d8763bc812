package dev.spillway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spillway.Application;
import dev.spillway.ClusterClient;
import dev.spillway.SpillwayCommand;
import dev.spillway.TestKafka;
import dev.spillway.config.Guarantee;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What {@code run} says, and how it exits, when the configuration or the cluster is not as it should be. */
@Timeout(120)
@SuppressWarnings("NullAway.Init") // JUnit sets the directory
class RunCommandIT {
    private static final int USAGE = 1;
    private static final int KAFKA = 3;

    @RegisterExtension
    static final TestKafka kafka = new TestKafka();

    @TempDir
    Path directory;

    /** None of these needs a cluster: they are refused before anybody connects. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "shed.policy=                 | shed.policy is missing",
                "application.id=              | application.id is missing",
                "input.topics=                | input.topics is missing",
                "shed.polcy=BLOCK             | unknown key 'shed.polcy': did you mean 'shed.policy'?",
                "consumer.max.pol.records=1   | did you mean 'consumer.max.poll.records'?",
                "producer.acks=1              | producer.acks is set by Spillway itself: remove it",
                "shed.policy=DROP_LATEST      | shed.policy",
                "queue.capacity=0             | queue.capacity",
                "workers=many                 | workers",
                "output.topic=in              | output.topic=in is also one of input.topics",
                "drop.topic=in                | drop.topic=in is also one of input.topics",
                "drop.topic=out               | drop.topic and output.topic are both out",
                "commit.interval.ms=-1        | commit.interval.ms=-1",
                "producer.transaction.timeout.ms=1 | producer.transaction.timeout.ms",
                "producer.transaction.timeout.ms=long | producer.transaction.timeout.ms",
                "consumer.fetch.max.wait.ms=long | the 'consumer.' settings: Invalid value long for configuration fetch.max.wait.ms",
                "processor=jobs               | processor=jobs",
                "default.api.timeout.ms=long  | default.api.timeout.ms"
            })
    void aConfigurationThatCannotWorkIsRefusedWithTheKeyAndTheRemedy(String setting, String sentence) throws Exception {
        Application application =
                offline().with(setting.substring(0, setting.indexOf('=')), setting.substring(setting.indexOf('=') + 1));

        assertRefused(run(application), USAGE, sentence);
    }

    @Test
    void aFileThatDoesNotExistIsNamed() throws Exception {
        String file = directory.resolve("nowhere.properties").toString();

        assertRefused(SpillwayCommand.run(directory, "run", "--config", file), USAGE, file);
    }

    @Test
    void aStackTraceIsShownToThoseWhoAskForIt() throws Exception {
        String file = offline().with("drop.topic", "in").writeTo(directory).toString();

        SpillwayCommand.Result result = SpillwayCommand.run(directory, "run", "--config", file, "--verbose");

        assertThat(result.exitCode()).isEqualTo(USAGE);
        assertThat(result.err()).contains("InvalidConfigException", "\tat dev.spillway.config.");
    }

    @ParameterizedTest
    @CsvSource({"input.topics", "output.topic", "drop.topic", "dead.letter.topic"})
    void aMissingTopicIsNamedAndHowToCreateIt(String key) throws Exception {
        String missing = ClusterClient.uniqueName("missing");
        Application application = Application.on(kafka, 1).with(key, missing);

        assertRefused(run(application), KAFKA, missing, "create", key.equals("input.topics") ? key : "topics.create");
    }

    @ParameterizedTest
    @EnumSource
    void aBrokerThatCannotBeReachedIsNamedWithinTheTimeout(Guarantee guarantee) throws Exception {
        String address = "127.0.0.1:" + closedPort();
        Application application = offline()
                .guaranteeing(guarantee)
                .with("bootstrap.servers", address)
                .with("default.api.timeout.ms", "2000");

        assertRefused(run(application), KAFKA, "bootstrap.servers", address);
    }

    private Application offline() {
        return Application.of(
                kafka.client(),
                Map.of(
                        "bootstrap.servers", kafka.bootstrapServers(),
                        "application.id", "app",
                        "input.topics", "in",
                        "output.topic", "out",
                        "drop.topic", "drops",
                        "shed.policy", "BLOCK",
                        "processor", "identity",
                        "admin.listen", ""));
    }

    private SpillwayCommand.Result run(Application application) throws Exception {
        return SpillwayCommand.run(
                directory,
                "run",
                "--until-end",
                "--config",
                application.writeTo(directory).toString());
    }

    private static void assertRefused(SpillwayCommand.Result result, int exitCode, String... parts) {
        assertThat(result.exitCode()).as(result.err()).isEqualTo(exitCode);
        assertThat(result.sentences())
                .as(result.err())
                .singleElement()
                .asString()
                .startsWith("spillway run: ")
                .contains(parts);
    }

    private static int closedPort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
