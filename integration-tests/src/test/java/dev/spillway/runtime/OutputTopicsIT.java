package dev.spillway.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spillway.BreakableKafka;
import dev.spillway.ClusterClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.quota.ClientQuotaAlteration;
import org.apache.kafka.common.quota.ClientQuotaEntity;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Topics that take nothing for a while, whatever is sent: what cannot be written is not committed, and done again when it can. */
@Tag("faults")
@Timeout(240)
class OutputTopicsIT {
    private static final int SOLID = 1;
    private static final int FRAGILE = 3;

    /** More than a transaction may take. */
    private static final Duration LONG = Duration.ofSeconds(15);

    /** Of each producer, far less than what comes; a transaction may have ten seconds of it. */
    private static final double BYTES_PER_SECOND = 10_000;

    /** Some commit intervals. */
    private static final Duration A_WHILE = Duration.ofSeconds(3);

    private static final Duration PATIENCE = Duration.ofSeconds(90);

    @RegisterExtension
    static final BreakableKafka kafka = new BreakableKafka();

    private final ClusterClient client = kafka.brokers().client();

    @TempDir
    Path directory;

    /**
     * As when a disk is full: the topic has a leader, which takes nothing while there are too few replicas. (Without any replica brokers
     * forget the markers of transactions that are aborted meanwhile: KAFKA-20734.)
     */
    @ParameterizedTest
    @CsvSource({
        "-drop, exactly_once_v2, DROP_NEWEST",
        "-drop, exactly_once_v2, DROP_OLDEST",
        "-drop, at_least_once, DROP_OLDEST",
        "-out, exactly_once_v2, BLOCK",
        "-out, at_least_once, DROP_NEWEST"
    })
    void aTopicThatIsUnavailableAtFullRateCostsNothing(String topic, String guarantee, String policy) throws Exception {
        try (Deployment application = application(guarantee).set("shed.policy", policy)) {
            client.admin()
                    .createTopics(List.of(new NewTopic(application.id() + topic, Map.of(0, List.of(SOLID, FRAGILE)))
                            .configs(Map.of("min.insync.replicas", "2"))))
                    .all()
                    .get();
            try (Load load = application.load(3000, ShutdownIT.VALUE)) {
                SidecarProcess sidecar = application.startAssigned();
                application.awaitProgress(500, PATIENCE);

                kafka.processes().kill(FRAGILE);
                Awaitility.await().pollDelay(LONG).atMost(PATIENCE).until(sidecar::isAlive);
                long committed = application.committed();
                Awaitility.await().pollDelay(A_WHILE).atMost(PATIENCE).until(sidecar::isAlive);
                assertThat(application.committed())
                        .as("what is committed while nothing of it can be written")
                        .isEqualTo(committed);
                kafka.processes().start(FRAGILE);

                application.awaitProgress(500, PATIENCE);
                sidecar.terminateConserved();
                load.stop();
                application.audit();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"exactly_once_v2", "at_least_once"})
    void aDeletedTopicIsWaitedFor(String guarantee) throws Exception {
        try (Deployment application =
                application(guarantee).set("producer.max.block.ms", 2000).set("producer.metadata.max.age.ms", 1000)) {
            SidecarProcess sidecar = application.startAssigned();
            String output = application.id() + "-out";
            client.admin().deleteTopics(List.of(output)).all().get();
            application.produce(100, ShutdownIT.VALUE);
            Awaitility.await().pollDelay(LONG).atMost(PATIENCE).until(sidecar::isAlive);
            assertThat(application.committed()).isZero();

            client.admin()
                    .createTopics(List.of(new NewTopic(output, 3, (short) 3)))
                    .all()
                    .get();

            application.awaitCaughtUp(3, PATIENCE);
            sidecar.terminateConserved();
            application.audit();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"exactly_once_v2", "at_least_once"})
    void aQuotaSlowsItDownAndCostsNothing(String guarantee) throws Exception {
        try (Deployment application =
                application(guarantee).set("shed.policy", "DROP_OLDEST").set("producer.compression.type", "none")) {
            IntStream.range(0, 3)
                    .forEach(producer -> setQuota(application.id() + "-one-" + producer, BYTES_PER_SECOND));
            try (Load load = application.load(800, ShutdownIT.VALUE)) {
                SidecarProcess sidecar = application.startAssigned();
                application.awaitProgress(1000, PATIENCE);
                application.awaitProgress(1000, PATIENCE);
                sidecar.terminateConserved();
                load.stop();
                application.audit();
            }
        }
    }

    private void setQuota(String clientId, double bytesPerSecond) {
        client.admin()
                .alterClientQuotas(List.of(new ClientQuotaAlteration(
                        new ClientQuotaEntity(Map.of(ClientQuotaEntity.CLIENT_ID, clientId)),
                        List.of(new ClientQuotaAlteration.Op("producer_byte_rate", bytesPerSecond)))))
                .all()
                .toCompletionStage()
                .toCompletableFuture()
                .join();
    }

    private Deployment application(String guarantee) throws InterruptedException {
        return new Deployment(kafka.brokers(), directory, 3)
                .set("processing.guarantee", guarantee)
                .set("shed.policy", "BLOCK")
                .set("processor", SlowProcessor.class.getName())
                .set("processor.millis", 5)
                .set("instance.id", "one")
                .set("processing.timeout.ms", 1000)
                .set("retry.max.retries", 0)
                .set("queue.capacity", 200)
                .set("shutdown.timeout.ms", 60_000) // what could not be sent for a while is a lot
                .set("workers", 4);
    }
}
