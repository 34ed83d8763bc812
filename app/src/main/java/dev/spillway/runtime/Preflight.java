package dev.spillway.runtime;

import dev.spillway.config.SpillwayConfig;
import dev.spillway.config.TopicsConfig;
import dev.spillway.sink.SizeLimits;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at the cluster before the first record is polled, so that what cannot work is said at start, in a sentence: topics that are
 * missing or may not be used. Creates missing ones if it may.
 */
final class Preflight {
    private static final Logger LOG = LoggerFactory.getLogger(Preflight.class);

    private final Admin admin;
    private final SpillwayConfig config;
    private final TopicsConfig topics;

    Preflight(Admin admin, SpillwayConfig config) {
        this.admin = admin;
        this.config = config;
        this.topics = config.topics();
    }

    /**
     * Checks topics and permissions; blocks for {@code default.api.timeout.ms} at most.
     *
     * @return how large an output may be
     * @throws StartupException when the sidecar could not work
     */
    SizeLimits check() {
        Map<String, Optional<TopicDescription>> found = describe(allTopics());
        int partitions = requireInputs(found);
        requireOutputs(found, partitions);
        return new SizeLimits(config.maxRequestSize(), maxMessageBytes());
    }

    /**
     * Where the input ends at this moment, for readers of committed records; blocks.
     *
     * @throws StartupException when Kafka does not say
     */
    Map<TopicPartition, Long> endOffsets() {
        Map<TopicPartition, OffsetSpec> partitions = new HashMap<>();
        describe(topics.inputs()).values().stream()
                .flatMap(Optional::stream)
                .forEach(topic -> topic.partitions()
                        .forEach(p ->
                                partitions.put(new TopicPartition(topic.name(), p.partition()), OffsetSpec.latest())));
        ListOffsetsResult ends = admin.listOffsets(partitions, new ListOffsetsOptions(IsolationLevel.READ_COMMITTED));
        Map<TopicPartition, Long> offsets = new HashMap<>();
        for (TopicPartition partition : partitions.keySet()) {
            try {
                offsets.put(partition, get(ends.partitionResult(partition)).offset());
            } catch (KafkaException e) {
                throw explain(e, "find the end of " + partition);
            }
        }
        return offsets;
    }

    private int requireInputs(Map<String, Optional<TopicDescription>> found) {
        int most = 0;
        for (String input : topics.inputs()) {
            TopicDescription topic = found.getOrDefault(input, Optional.empty())
                    .orElseThrow(() -> new StartupException(
                            "the input topic " + input + " does not exist: create it, or correct input.topics"));
            requireAllowed(topic, AclOperation.READ, "read the input topic");
            most = Math.max(most, topic.partitions().size());
        }
        return most;
    }

    private void requireOutputs(Map<String, Optional<TopicDescription>> found, int partitions) {
        List<String> missing = new ArrayList<>();
        for (String output : topics.outputs()) {
            Optional<TopicDescription> topic = found.getOrDefault(output, Optional.empty());
            topic.ifPresentOrElse(
                    t -> requireAllowed(t, AclOperation.WRITE, "write to the topic"), () -> missing.add(output));
        }
        if (missing.isEmpty()) {
            return;
        }
        if (!topics.create()) {
            throw new StartupException("missing topics " + missing
                    + ": create them, or set topics.create=true to have them created with the input's "
                    + partitions + " partitions");
        }
        create(missing, partitions);
    }

    private void create(List<String> missing, int partitions) {
        List<NewTopic> newTopics = missing.stream()
                .map(name -> new NewTopic(name, Optional.of(partitions), Optional.empty()))
                .toList();
        admin.createTopics(newTopics).values().forEach((name, future) -> {
            try {
                get(future);
                LOG.info("created topic {} with {} partitions", name, partitions);
            } catch (TopicExistsException e) {
                LOG.debug("another instance created {}", name);
            } catch (KafkaException e) {
                throw explain(e, "create the topic " + name);
            }
        });
    }

    /** A broker that has no authoriser, or is too old to say, lets the answer empty; then the first use will tell. */
    private static void requireAllowed(TopicDescription topic, AclOperation operation, String what) {
        Set<AclOperation> allowed = topic.authorizedOperations();
        if (allowed != null && !allowed.isEmpty() && !allowed.contains(operation)) {
            throw new StartupException("not authorised to " + what + " " + topic.name() + ": " + remedy(operation));
        }
    }

    private static String remedy(AclOperation operation) {
        return "allow " + operation + " on it for the principal that the sidecar connects as";
    }

    private Map<String, Optional<TopicDescription>> describe(Collection<String> names) {
        Map<String, Optional<TopicDescription>> found = new HashMap<>();
        var futures = admin.describeTopics(names, new DescribeTopicsOptions().includeAuthorizedOperations(true))
                .topicNameValues();
        futures.forEach((name, future) -> {
            try {
                found.put(name, Optional.of(get(future)));
            } catch (UnknownTopicOrPartitionException e) {
                found.put(name, Optional.empty());
            } catch (TopicAuthorizationException e) {
                AclOperation needed = topics.inputs().contains(name) ? AclOperation.READ : AclOperation.WRITE;
                throw new StartupException(
                        "not authorised to use the topic " + name + ", if there is one: " + remedy(needed), e);
            } catch (KafkaException e) {
                throw explain(e, "describe the topic " + name);
            }
        });
        return found;
    }

    /** Needs the permission to describe configurations; without it the broker's refusal of a send is the fall-back. */
    private Map<String, Integer> maxMessageBytes() {
        Map<String, Integer> limits = new HashMap<>();
        if (isCompressing()) {
            return limits;
        }
        List<ConfigResource> resources = topics.outputs().stream()
                .map(name -> new ConfigResource(ConfigResource.Type.TOPIC, name))
                .toList();
        admin.describeConfigs(resources).values().forEach((resource, future) -> {
            try {
                ConfigEntry entry = get(future).get(TopicConfig.MAX_MESSAGE_BYTES_CONFIG);
                if (entry != null && entry.value() != null) {
                    limits.put(resource.name(), Integer.parseInt(entry.value()));
                }
            } catch (KafkaException e) {
                LOG.debug("the size limit of {} is not known", resource.name(), e);
            }
        });
        return limits;
    }

    /** The topic's limit is for what arrives there: a compressed batch may be small enough although its content is not. */
    private boolean isCompressing() {
        Object type = config.producerClient(0).get("compression.type");
        return type != null && !"none".equals(type);
    }

    private Set<String> allTopics() {
        Set<String> all = new HashSet<>(topics.inputs());
        all.addAll(topics.outputs());
        return all;
    }

    private StartupException explain(KafkaException e, String what) {
        if (e instanceof TimeoutException) {
            return new StartupException(
                    "Kafka did not answer at bootstrap.servers="
                            + config.adminClient().get("bootstrap.servers")
                            + ": check the address, that the broker runs, and that its advertised listeners can be reached"
                            + " from here",
                    e);
        }
        if (e instanceof AuthenticationException) {
            return new StartupException(
                    "Kafka at bootstrap.servers=" + config.adminClient().get("bootstrap.servers")
                            + " did not accept who the sidecar says it is (" + e.getMessage()
                            + "): check the security settings (security.protocol, sasl.*, ssl.*)",
                    e);
        }
        if (e instanceof AuthorizationException) {
            return new StartupException("not authorised to " + what + ": " + e.getMessage(), e);
        }
        return new StartupException("could not " + what + ": " + e.getMessage(), e);
    }

    private static <T extends @Nullable Object> T get(KafkaFuture<T> future) {
        try {
            return future.get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof KafkaException cause ? cause : new KafkaException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new org.apache.kafka.common.errors.InterruptException(e);
        }
    }
}
