package dev.spillway.demo;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.spillway.ClusterClient;
import dev.spillway.CtrlC;
import java.io.BufferedReader;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** {@link LocalKafka}'s promises, each of them tried on a real broker. */
@Timeout(120)
class LocalKafkaIT {
    private static final Duration SOON = Duration.ofSeconds(20);

    @Test
    void givesBackTheRecordsThatItTook() throws Exception {
        try (LocalKafka kafka = LocalKafka.builder().start();
                ClusterClient client = new ClusterClient(kafka.bootstrapServers())) {
            String topic = client.createTopic("records", 2);

            client.produce(topic, 100);

            assertThat(client.readCommitted(topic)).hasSize(100);
        }
    }

    @Test
    void createsNoTopicThatNobodyCreated() throws Exception {
        try (LocalKafka kafka = LocalKafka.builder().start();
                ClusterClient client = new ClusterClient(kafka.bootstrapServers());
                Producer<byte[], byte[]> producer = client.producer(Map.of("max.block.ms", 1000))) {
            assertThatThrownBy(() -> producer.partitionsFor("forgotten")).isInstanceOf(TimeoutException.class);
        }
    }

    @Test
    void givesTopicsTheChosenNumberOfPartitions() throws Exception {
        try (LocalKafka kafka = LocalKafka.builder().partitions(3).start();
                ClusterClient client = new ClusterClient(kafka.bootstrapServers())) {
            NewTopic topic = new NewTopic("topic", Optional.empty(), Optional.empty());

            assertThat(client.admin()
                            .createTopics(List.of(topic))
                            .numPartitions("topic")
                            .get())
                    .isEqualTo(3);
        }
    }

    @Test
    void keepsDataAndAddressWhenItIsStoppedAndStartedAgain() throws Exception {
        try (LocalKafka kafka = LocalKafka.builder().start();
                ClusterClient client = new ClusterClient(kafka.bootstrapServers())) {
            String topic = client.createTopic("records", 1);
            client.produce(topic, 10);

            kafka.stop();
            kafka.start();

            assertThat(client.readCommitted(topic)).hasSize(10);
        }
    }

    @Test
    void keepsDataAndAddressWhenItIsKilledAndStartedAgain() throws Exception {
        try (LocalKafka kafka = LocalKafka.builder()
                        .property("broker.session.timeout.ms", "2000")
                        .property("broker.heartbeat.interval.ms", "500")
                        .start();
                ClusterClient client = new ClusterClient(kafka.bootstrapServers())) {
            String topic = client.createTopic("records", 1);
            client.produce(topic, 10);

            kafka.kill();
            kafka.start();

            assertThat(client.readCommitted(topic)).hasSize(10);
        }
    }

    @Test
    void stopsInOrder() throws Exception {
        try (LocalKafka kafka = LocalKafka.builder().start()) {
            kafka.stop();

            assertThat(kafka.log()).content().contains("[KafkaRaftServer nodeId=1] ", "shut down completed");
        }
    }

    @Test
    void refusesToStartTwice() throws Exception {
        try (LocalKafka kafka = LocalKafka.builder().start()) {
            assertThatThrownBy(kafka::start).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void leavesNeitherProcessNorDirectoryWhenItIsClosed() throws Exception {
        LocalKafka kafka = LocalKafka.builder().start();
        ProcessHandle broker = ProcessHandle.of(kafka.pid()).orElseThrow();

        kafka.close();

        assertThat(broker.isAlive()).isFalse();
        assertThat(kafka.log().getParent()).doesNotExist();
    }

    @Test
    void leavesNoProcessWhenItsStartIsInterrupted() {
        Set<ProcessHandle> before = children();
        Thread.currentThread().interrupt();

        assertThatThrownBy(() -> LocalKafka.builder().start()).isInstanceOf(InterruptedException.class);

        assertThat(children()).isEqualTo(before);
    }

    @Test
    void diesWithItsParentThoughThatIsKilled(@TempDir Path temporary) throws Exception {
        Process parent = launchParent(temporary);
        ProcessHandle broker = ProcessHandle.of(readPid(parent)).orElseThrow();
        try {
            parent.toHandle().destroyForcibly();

            await("end of the broker").atMost(SOON).until(() -> isGone(broker));
        } finally {
            broker.destroyForcibly();
        }
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void leavesItToItsParentWhatCtrlCMeans() throws Exception {
        CtrlC.assumeHeeded();
        try (LocalKafka kafka = LocalKafka.builder().start();
                ClusterClient client = new ClusterClient(kafka.bootstrapServers())) {
            CtrlC.sendTo(kafka.pid());
            await("arrival of the signal").atMost(SOON).until(() -> log(kafka).contains("signal SIGINT"));

            String topic = client.createTopic("records", 1);
            client.produce(topic, 1);

            assertThat(client.readCommitted(topic)).hasSize(1);
            assertThat(log(kafka)).doesNotContain("shutting down");
        }
    }

    @Test
    void keepsAndNamesTheLogOfABrokerThatDidNotStart() throws Exception {
        BrokerFailedException failure = catchThrowableOfType(
                BrokerFailedException.class,
                () -> LocalKafka.builder().property("num.partitions", "many").start());
        try {
            assertThat(failure).hasMessageContainingAll(failure.log().toString(), "num.partitions", "many");
            assertThat(failure.log()).content().contains("Invalid value many for configuration num.partitions");
        } finally {
            new BrokerDirectory(parent(failure.log())).delete();
        }
    }

    @Test
    void keepsAndNamesTheLogOfABrokerThatEndedByItself() throws Exception {
        LocalKafka kafka = LocalKafka.builder().start();
        BrokerDirectory directory = new BrokerDirectory(parent(kafka.log()));
        try {
            ProcessHandle.of(kafka.pid()).orElseThrow().destroyForcibly();
            await("end of the broker").atMost(SOON).until(() -> kafka.pid() == -1);
            assertThat(kafka).asString().contains("ended by itself", kafka.log().toString());

            kafka.close();

            assertThat(kafka.log()).isNotEmptyFile();
            assertThat(directory.data()).doesNotExist();
        } finally {
            directory.delete();
        }
    }

    @Test
    void saysHowToGetTheBrokersJars(@TempDir Path empty) {
        assertThatThrownBy(() -> LocalKafka.builder().brokerHome(empty).start())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContainingAll(empty.toString(), "mvn package", "-Dspillway.broker.home=");
    }

    @Test
    void takesOtherPortsWhereTheFirstOnesAreTaken() throws Exception {
        BrokerAddress free = BrokerAddress.choose(1);
        try (ServerSocket taken = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            Queue<BrokerAddress> addresses = new ArrayDeque<>(List.of(
                    new BrokerAddress(1, taken.getLocalPort(), free.controllerPort(), free.relayedPort()),
                    new BrokerAddress(1, free.port(), taken.getLocalPort(), free.relayedPort()),
                    free));

            try (LocalKafka kafka =
                    LocalKafka.builder().addresses(nodeId -> addresses.remove()).start()) {
                assertThat(kafka.bootstrapServers()).isEqualTo(free.endpoint());
            }
        }
    }

    private static Process launchParent(Path temporary) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Djava.io.tmpdir=" + temporary,
                        "-cp",
                        System.getProperty("java.class.path"),
                        LocalKafkaParent.class.getName())
                .redirectError(Redirect.INHERIT)
                .start();
    }

    private static long readPid(Process parent) throws IOException {
        try (BufferedReader output = parent.inputReader(UTF_8)) {
            return Long.parseLong(Objects.requireNonNull(output.readLine(), "no broker was started"));
        }
    }

    /** A process whose parent is dead may stay as a zombie for long; it has no executable any more. */
    private static boolean isGone(ProcessHandle process) {
        return !process.isAlive() || process.info().command().isEmpty();
    }

    private static Set<ProcessHandle> children() {
        return ProcessHandle.current().children().collect(Collectors.toSet());
    }

    private static String log(LocalKafka kafka) throws IOException {
        return Files.readString(kafka.log());
    }

    private static Path parent(Path file) {
        return Objects.requireNonNull(file.getParent());
    }
}
