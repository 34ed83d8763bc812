package dev.spillway.cli;

import dev.spillway.config.InvalidConfigException;
import dev.spillway.inspect.TooManyPartsException;
import dev.spillway.ledger.ImbalanceException;
import dev.spillway.ledger.SettledTwiceException;
import dev.spillway.runtime.StartupException;
import dev.spillway.sink.KafkaErrors;
import dev.spillway.sink.SinkException;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.FencedInstanceIdException;
import org.apache.kafka.common.errors.GroupAuthorizationException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.errors.UnreleasedInstanceIdException;

/**
 * What a failure means to the person who started the command: the exit code, and one sentence that names the cause and the
 * remedy. This is the one place that knows.
 */
record Diagnosis(ExitCode exitCode, String sentence) {

    static Diagnosis of(Throwable failure, Connection connection) {
        Throwable cause = unwrap(failure);
        if (cause instanceof CommandFailure f) {
            return new Diagnosis(f.exitCode(), message(f));
        }
        if (cause instanceof InvalidConfigException) {
            return new Diagnosis(ExitCode.USAGE, message(cause));
        }
        if (cause instanceof ImbalanceException
                || cause instanceof SettledTwiceException
                || cause instanceof TooManyPartsException) {
            return new Diagnosis(ExitCode.NOT_CONSERVED, message(cause));
        }
        if (cause instanceof StartupException) {
            return new Diagnosis(ExitCode.KAFKA, message(cause));
        }
        if (cause instanceof SinkException) {
            return new Diagnosis(ExitCode.KAFKA, published(cause, connection));
        }
        Optional<ConfigException> refused = find(cause, ConfigException.class);
        if (KafkaErrors.isUnresolvable(cause)) {
            return new Diagnosis(
                    ExitCode.KAFKA,
                    "no host name in '" + connection.bootstrapServers()
                            + "' can be resolved to an address: check the spelling and the name service");
        }
        if (refused.isPresent()) {
            return new Diagnosis(ExitCode.USAGE, "Kafka's client refuses its settings: " + message(refused.get()));
        }
        if (cause instanceof KafkaException) {
            return new Diagnosis(ExitCode.KAFKA, kafka(cause, connection));
        }
        return new Diagnosis(
                ExitCode.USAGE,
                "it failed in a way that nobody foresaw (" + name(cause) + ": " + message(cause)
                        + "): run it again with --verbose, and report what it prints");
    }

    /** What the sidecar could not publish or commit: Kafka's reason says more than that it was so. */
    private static String published(Throwable failure, Connection connection) {
        Throwable reason = failure.getCause();
        return reason instanceof KafkaException
                        && (isFenced(reason)
                                || find(reason, AuthorizationException.class).isPresent())
                ? kafka(reason, connection)
                : message(failure);
    }

    private static String kafka(Throwable failure, Connection connection) {
        String cluster = "the cluster at " + connection.bootstrapServers();
        return unauthenticated(failure, cluster)
                .or(() -> unauthorized(failure, cluster))
                .or(() -> fenced(failure))
                .or(() -> nameHeld(failure))
                .or(() -> missing(failure, cluster))
                .or(() -> tooLarge(failure))
                .or(() -> silent(failure, cluster, connection.patience()))
                .orElseGet(() -> cluster + " refused (" + name(failure) + ": " + message(failure) + ")");
    }

    private static Optional<String> unauthenticated(Throwable failure, String cluster) {
        return find(failure, AuthenticationException.class)
                .map(e -> cluster + " did not accept who this client says it is (" + message(e)
                        + "): check the security settings (security.protocol, sasl.*, ssl.*)");
    }

    private static Optional<String> unauthorized(Throwable failure, String cluster) {
        return find(failure, AuthorizationException.class)
                .map(e -> cluster + " does not allow this user " + forbidden(e)
                        + ": give the user the right, or use another one");
    }

    private static Optional<String> fenced(Throwable failure) {
        return isFenced(failure)
                ? Optional.of(
                        "another instance with the same instance.id has taken over, or this one did nothing for longer than its"
                                + " transactions may take (" + message(failure)
                                + "): end one of them or give each a name of its own; in the second case start it again")
                : Optional.empty();
    }

    private static Optional<String> nameHeld(Throwable failure) {
        return find(failure, UnreleasedInstanceIdException.class)
                .map(
                        e ->
                                "Kafka takes this instance for a second one with its instance.id, as it does when its answer to a member that"
                                        + " joins gets lost, too (" + message(e)
                                        + "): start it again, and it waits until the name is free; if there are two, give each a name of its own");
    }

    private static Optional<String> missing(Throwable failure, String cluster) {
        return find(failure, UnknownTopicOrPartitionException.class)
                .map(e -> cluster + " does not have a topic or partition that this command needs (" + message(e)
                        + "): check the names, or create the topic");
    }

    private static Optional<String> tooLarge(Throwable failure) {
        return find(failure, RecordTooLargeException.class)
                .map(
                        e -> "a record is too large (" + message(e)
                                + "): make it smaller, or raise the producer's max.request.size and the topic's max.message.bytes");
    }

    private static Optional<String> silent(Throwable failure, String cluster, Duration patience) {
        return find(failure, TimeoutException.class)
                .map(e -> cluster + " did not answer within " + DurationText.of(patience) + " (" + message(e)
                        + "): check that the address is right, that the brokers run and can be reached at the addresses"
                        + " that they advertise, and that security.protocol fits the listener");
    }

    private static boolean isFenced(Throwable failure) {
        return find(failure, ProducerFencedException.class).isPresent()
                || find(failure, FencedInstanceIdException.class).isPresent()
                || find(failure, InvalidProducerEpochException.class).isPresent();
    }

    private static String forbidden(AuthorizationException e) {
        if (e instanceof TopicAuthorizationException topics
                && !topics.unauthorizedTopics().isEmpty()) {
            return "to work with the topic " + String.join(", ", topics.unauthorizedTopics());
        }
        if (e instanceof GroupAuthorizationException group && group.groupId() != null) {
            return "to work with the consumer group " + group.groupId();
        }
        return "what the command needs (" + message(e) + ")";
    }

    private static Throwable unwrap(Throwable failure) {
        Throwable cause = failure.getCause();
        boolean wrapper = failure instanceof ExecutionException || failure instanceof CompletionException;
        return wrapper && cause != null ? unwrap(cause) : failure;
    }

    /** The first of a kind on the way down to the root cause. */
    private static <T extends Throwable> Optional<T> find(Throwable failure, Class<T> kind) {
        return Stream.iterate(failure, Objects::nonNull, Throwable::getCause)
                .filter(kind::isInstance)
                .map(kind::cast)
                .findFirst();
    }

    private static String message(Throwable failure) {
        String message =
                Objects.requireNonNullElse(failure.getMessage(), name(failure)).strip();
        return message.endsWith(".") ? message.substring(0, message.length() - 1) : message;
    }

    private static String name(Throwable failure) {
        return failure.getClass().getSimpleName();
    }
}
