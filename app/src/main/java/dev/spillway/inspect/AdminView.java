package dev.spillway.inspect;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnsupportedVersionException;

/** The answers of Kafka's clients. */
final class AdminView implements ClusterView {
    private static final Duration NOTICE = Duration.ofSeconds(5);

    private final Admin admin;
    private final Consumer<byte[], byte[]> consumer;
    private final Duration patience;
    private final ReadProgress progress;

    /**
     * @param consumer has the group's name, reads what is committed, and never joins
     * @param patience how long a transaction with offsets of the group may stay open
     */
    AdminView(Admin admin, Consumer<byte[], byte[]> consumer, Duration patience, ReadProgress progress) {
        this.admin = admin;
        this.consumer = consumer;
        this.patience = patience;
        this.progress = progress;
    }

    /** Asked of the consumer: it asks again until the offsets are stable, where the admin client leaves them out. */
    @Override
    public Map<TopicPartition, Long> committed(Collection<TopicPartition> partitions) {
        Set<TopicPartition> asked = Set.copyOf(partitions);
        Map<TopicPartition, Long> committed = new HashMap<>();
        committedOf(asked).forEach((partition, offset) -> {
            if (offset != null) {
                committed.put(partition, offset.offset());
            }
        });
        return committed;
    }

    private Map<TopicPartition, OffsetAndMetadata> committedOf(Set<TopicPartition> partitions) {
        try {
            return consumer.committed(partitions, NOTICE);
        } catch (TimeoutException e) {
            progress.waiting("waiting up to " + patience.toSeconds()
                    + " s for the group's committed offsets: a transaction that is to commit some may still be open");
            return consumer.committed(partitions, patience);
        }
    }

    @Override
    public Map<TopicPartition, Long> ends(Collection<TopicPartition> partitions) throws InterruptedException {
        return ends(partitions, IsolationLevel.READ_UNCOMMITTED);
    }

    @Override
    public Map<TopicPartition, Long> committedEnds(Collection<TopicPartition> partitions) throws InterruptedException {
        return ends(partitions, IsolationLevel.READ_COMMITTED);
    }

    private Map<TopicPartition, Long> ends(Collection<TopicPartition> partitions, IsolationLevel isolation)
            throws InterruptedException {
        Map<TopicPartition, OffsetSpec> specs = new HashMap<>();
        partitions.forEach(partition -> specs.put(partition, OffsetSpec.latest()));
        Map<TopicPartition, Long> ends = new HashMap<>();
        get(admin.listOffsets(specs, new ListOffsetsOptions(isolation)).all())
                .forEach((partition, end) -> ends.put(partition, end.offset()));
        return ends;
    }

    @Override
    public Set<String> compacted(Collection<String> topics) throws InterruptedException {
        List<ConfigResource> resources = topics.stream()
                .map(topic -> new ConfigResource(ConfigResource.Type.TOPIC, topic))
                .toList();
        Set<String> compacted = new HashSet<>();
        try {
            get(admin.describeConfigs(resources).all()).forEach((resource, config) -> {
                if (isCompacted(config)) {
                    compacted.add(resource.name());
                }
            });
        } catch (AuthorizationException | UnsupportedVersionException e) {
            // Not everybody may ask; without the answer the audit takes topics as not compacted.
            return Set.of();
        }
        return compacted;
    }

    private static boolean isCompacted(Config config) {
        ConfigEntry policy = config.get(TopicConfig.CLEANUP_POLICY_CONFIG);
        return policy != null && policy.value() != null && policy.value().contains(TopicConfig.CLEANUP_POLICY_COMPACT);
    }

    private static <T> T get(KafkaFuture<T> future) throws InterruptedException {
        try {
            return future.get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof KafkaException cause ? cause : new KafkaException(e.getCause());
        }
    }
}
