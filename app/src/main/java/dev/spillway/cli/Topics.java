package dev.spillway.cli;

import dev.spillway.flow.CancellationToken;
import dev.spillway.flow.Interruption;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.errors.InvalidTopicException;
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
                throw new CommandFailure(
                        ExitCode.USAGE,
                        "'" + topic
                                + "' cannot be the name of a topic: use up to 249 letters, digits, '.', '_' and '-'");
            }
            throw e;
        }
    }
}
