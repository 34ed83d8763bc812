package dev.spillway;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.PullImageResultCallback;
import com.github.dockerjava.api.exception.DockerClientException;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.exception.NotFoundException;
import dev.spillway.demo.LocalKafka;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.kafka.KafkaContainer;
import org.testcontainers.utility.DockerImageName;

/**
 * Where the integration tests' cluster is from: a container where there is an engine and an image, otherwise the broker
 * that the build brings along.
 *
 * <p>The environment may decide it: {@code SPILLWAY_TEST_KAFKA} says {@code local} or {@code container}; {@code
 * KAFKA_IMAGE} names an image that behaves as {@code apache/kafka} does.
 */
final class ClusterSource {
    private static final String CHOICE = "SPILLWAY_TEST_KAFKA";
    private static final String IMAGE = Objects.requireNonNullElse(System.getenv("KAFKA_IMAGE"), "apache/kafka:4.3.1");

    private static final int PULL_MINUTES = 5;

    /** What {@link LocalKafka} sets, too: a test shall not depend on where its cluster is from. */
    private static final Map<String, String> CONTAINER_SETTINGS = Map.of(
            "KAFKA_AUTO_CREATE_TOPICS_ENABLE", "false",
            "KAFKA_OFFSETS_TOPIC_NUM_PARTITIONS", "1",
            "KAFKA_TRANSACTION_STATE_LOG_NUM_PARTITIONS", "1",
            "KAFKA_SHARE_COORDINATOR_STATE_TOPIC_NUM_PARTITIONS", "1",
            "KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS", "0");

    private ClusterSource() {}

    /** Starts a cluster and says on standard output which one. */
    static SharedCluster start() {
        String choice = Objects.requireNonNullElse(System.getenv(CHOICE), "");
        return switch (choice) {
            case "local" -> startLocal(CHOICE + "=local");
            case "container" -> startContainer();
            case "" -> obstacleToContainer().map(ClusterSource::startLocal).orElseGet(ClusterSource::startContainer);
            default ->
                throw new IllegalArgumentException(
                        CHOICE + " is '" + choice + "'; it can be 'local', 'container' or unset");
        };
    }

    private static SharedCluster startLocal(String reason) {
        System.out.println("The tests' Kafka: a broker in a child process (" + reason + ")");
        try {
            return SharedCluster.of(LocalKafka.builder().start());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted before the broker had started", e);
        }
    }

    private static SharedCluster startContainer() {
        System.out.println("The tests' Kafka: a container of " + IMAGE);
        KafkaContainer container =
                new KafkaContainer(DockerImageName.parse(IMAGE).asCompatibleSubstituteFor("apache/kafka"));
        container.withEnv(CONTAINER_SETTINGS).start();
        return SharedCluster.of(container);
    }

    /** Why there can be no container; empty if there can. */
    private static Optional<String> obstacleToContainer() {
        DockerClientFactory engine = DockerClientFactory.instance();
        if (!engine.isDockerAvailable()) {
            return Optional.of("no container engine answers");
        }
        try {
            obtainImage(engine.client());
            return Optional.empty();
        } catch (DockerException | DockerClientException e) {
            return Optional.of("no image " + IMAGE + ": " + e.toString().strip());
        }
    }

    /** Tries once to pull; Testcontainers itself would go on for minutes where there is no registry. */
    private static void obtainImage(DockerClient engine) {
        try {
            engine.inspectImageCmd(IMAGE).exec();
        } catch (NotFoundException e) {
            pullImage(engine);
        }
    }

    private static void pullImage(DockerClient engine) {
        try {
            boolean complete = engine.pullImageCmd(IMAGE)
                    .exec(new PullImageResultCallback())
                    .awaitCompletion(PULL_MINUTES, TimeUnit.MINUTES);
            if (!complete) {
                throw new DockerClientException("not pulled within " + PULL_MINUTES + " min");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new DockerClientException("interrupted", e);
        }
    }
}
