package dev.spillway.cli;

import dev.spillway.flow.CancellationToken;
import dev.spillway.flow.Interruption;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** Asks the cluster for topics before a command works with them, so that a wrong name is one sentence, at once. */
final class Topics {
    private Topics() {}

    /**
     * Makes sure that the topics exist; this is also where a cluster that does not answer is found out.
     *
     * @throws CommandFailure when one does not
     * @throws CancellationException when the token was cancelled first
     * @throws ExecutionException whatever else Kafka said
     */
    static void require(Connection connection, Collection<String> topics, CancellationToken stop)
            throws ExecutionException {
        try (Admin admin = Admin.create(connection.settings())) {
            Interruption.<ExecutionException>during(stop, () -> requireEach(connection, admin, topics));
        } catch (InterruptedException e) {
            throw new CancellationException(stop.reason().orElse("interrupted"));
        }
    }

    /**
     * Makes sure that a topic exists, creating it if need be, with the replication that the brokers have as their default.
     *
     * @param partitions how many a new one has; one that exists keeps its own
     * @return whether it was created
     * @throws CommandFailure when it cannot have that name
     * @throws CancellationException when the token was cancelled first
     * @throws ExecutionException whatever else Kafka said
     */
    static boolean create(Connection connection, String topic, int partitions, CancellationToken stop)
            throws ExecutionException {
        AtomicBoolean created = new AtomicBoolean();
        try (Admin admin = Admin.create(connection.settings())) {
            Interruption.<ExecutionException>during(stop, () -> created.set(create(admin, topic, partitions)));
        } catch (InterruptedException e) {
            throw new CancellationException(stop.reason().orElse("interrupted"));
        }
        return created.get();
    }

    private static boolean create(Admin admin, String topic, int partitions)
            throws ExecutionException, InterruptedException {
        try {
            admin.createTopics(List.of(new NewTopic(topic, Optional.of(partitions), Optional.empty())))
                    .all()
                    .get();
            return true;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof TopicExistsException) {
                return false;
            }
            if (e.getCause() instanceof InvalidTopicException) {
                throw impossibleName(topic);
            }
            throw e;
        }
    }

    private static void requireEach(Connection connection, Admin admin, Collection<String> topics)
            throws ExecutionException, InterruptedException {
        Map<String, KafkaFuture<TopicDescription>> found =
                admin.describeTopics(topics).topicNameValues();
        for (Map.Entry<String, KafkaFuture<TopicDescription>> topic : found.entrySet()) {
            require(connection, topic.getKey(), topic.getValue());
        }
    }

    private static void require(Connection connection, String topic, KafkaFuture<TopicDescription> found)
            throws ExecutionException, InterruptedException {
        try {
            found.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof UnknownTopicOrPartitionException) {
                throw new CommandFailure(
                        ExitCode.KAFKA,
                        "topic '" + topic + "' does not exist on " + connection.bootstrapServers()
                                + ": check the name, or create it, for example with kafka-topics.sh --create --topic "
                                + topic);
            }
            if (e.getCause() instanceof InvalidTopicException) {
                throw impossibleName(topic);
            }
            throw e;
        }
    }

    private static CommandFailure impossibleName(String topic) {
        return new CommandFailure(
                ExitCode.USAGE,
                "'" + topic + "' cannot be the name of a topic: use up to 249 letters, digits, '.', '_' and '-'");
    }
}
