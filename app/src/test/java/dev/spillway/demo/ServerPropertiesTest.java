package dev.spillway.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServerPropertiesTest {
    private static final BrokerAddress FIRST = new BrokerAddress(1, 20001, 20002, 20005);
    private static final BrokerAddress SECOND = new BrokerAddress(2, 20003, 20004, 20006);

    private final Path directory;

    ServerPropertiesTest(@TempDir Path directory) {
        this.directory = directory;
    }

    @Test
    void listensOnTheLoopbackInterfaceOnly() throws IOException {
        Properties properties = written(new ServerProperties(FIRST, List.of(FIRST), null, Map.of()));

        assertThat(properties)
                .containsEntry("listeners", "PLAINTEXT://127.0.0.1:20001,CONTROLLER://127.0.0.1:20002")
                .containsEntry("advertised.listeners", "PLAINTEXT://127.0.0.1:20001");
    }

    @Test
    void namesAllNodesAsVoters() throws IOException {
        Properties properties = written(new ServerProperties(SECOND, List.of(FIRST, SECOND), null, Map.of()));

        assertThat(properties)
                .containsEntry("node.id", "2")
                .containsEntry("controller.quorum.voters", "1@127.0.0.1:20002,2@127.0.0.1:20004");
    }

    @Test
    void sendsClientsThatComeThroughARelayToTheRelay() throws IOException {
        Properties properties = written(new ServerProperties(FIRST, List.of(FIRST), node -> 30000 + node, Map.of()));

        assertThat(properties.getProperty("listeners")).contains("RELAYED://127.0.0.1:20005");
        assertThat(properties.getProperty("advertised.listeners")).contains("RELAYED://127.0.0.1:30001");
    }

    @Test
    void keepsThreeReplicasOfWhichOneMayBeAwayWhereThereAreThreeNodes() throws IOException {
        BrokerAddress third = new BrokerAddress(3, 20007, 20008, 20009);

        assertThat(written(new ServerProperties(FIRST, List.of(FIRST, SECOND, third), null, Map.of())))
                .containsEntry("default.replication.factor", "3")
                .containsEntry("min.insync.replicas", "2")
                .containsEntry("offsets.topic.replication.factor", "3")
                .containsEntry("transaction.state.log.replication.factor", "3")
                .containsEntry("transaction.state.log.min.isr", "2");
        assertThat(written(new ServerProperties(FIRST, List.of(FIRST), null, Map.of())))
                .containsEntry("default.replication.factor", "1")
                .containsEntry("min.insync.replicas", "1");
    }

    @Test
    void takesWhatIsChosenInsteadOfTheDefault() throws IOException {
        Map<String, String> chosen = Map.of("offsets.topic.num.partitions", "50", "num.io.threads", "2");

        assertThat(written(new ServerProperties(FIRST, List.of(FIRST), null, chosen)))
                .containsAllEntriesOf(chosen);
    }

    @Test
    void listensForClientsAtFurtherPortsToo() throws IOException {
        Map<String, String> chosen = Map.of(ServerProperties.FURTHER_LISTENERS, "SSL:20011,SASL_SSL:20012");

        assertThat(written(new ServerProperties(FIRST, List.of(FIRST), null, chosen)))
                .containsEntry(
                        "listeners",
                        "PLAINTEXT://127.0.0.1:20001,CONTROLLER://127.0.0.1:20002,SSL://127.0.0.1:20011,SASL_SSL://127.0.0.1:20012")
                .containsEntry(
                        "advertised.listeners",
                        "PLAINTEXT://127.0.0.1:20001,SSL://127.0.0.1:20011,SASL_SSL://127.0.0.1:20012")
                .containsEntry(
                        "listener.security.protocol.map",
                        "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SSL:SSL,SASL_SSL:SASL_SSL")
                .containsEntry("inter.broker.listener.name", "PLAINTEXT")
                .doesNotContainKey(ServerProperties.FURTHER_LISTENERS);
    }

    @Test
    void refusesAChoiceOfWhatFollowsFromTheAddresses() {
        assertThatThrownBy(() ->
                        new ServerProperties(FIRST, List.of(FIRST), null, Map.of("listeners", "PLAINTEXT://:9092")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'listeners'");
    }

    private Properties written(ServerProperties properties) throws IOException {
        Path file = directory.resolve("server.properties");
        properties.write(file);
        Properties read = new Properties();
        try (BufferedReader in = Files.newBufferedReader(file)) {
            read.load(in);
        }
        return read;
    }
}
