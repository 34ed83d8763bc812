package dev.spillway.inspect;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.UnsupportedVersionException;

/** The answers of Kafka's admin client. */
final class AdminView implements ClusterView {
    private static final long NOTICE_SECONDS = 5;

    private final Admin admin;
    private final String group;
    private final Duration patience;
    private final ReadProgress progress;

    /** @param patience how long a transaction with offsets of the group may stay open */
    AdminView(Admin admin, String group, Duration patience, ReadProgress progress) {
        this.admin = admin;
        this.group = group;
        this.patience = patience;
        this.progress = progress;
    }

    @Override
    public Map<TopicPartition, Long> committed() throws InterruptedException {
        ListConsumerGroupOffsetsOptions options = new ListConsumerGroupOffsetsOptions()
                .requireStable(true)
                .timeoutMs(Math.toIntExact(patience.toMillis()));
        try {
            Map<TopicPartition, OffsetAndMetadata> found = get(
                    admin.listConsumerGroupOffsets(group, options).partitionsToOffsetAndMetadata(),
                    "the committed offsets of group " + group + ": a transaction that is to commit some is still open");
            Map<TopicPartition, Long> committed = new HashMap<>();
            found.forEach((partition, offset) -> {
                if (offset != null) {
                    committed.put(partition, offset.offset());
                }
            });
            return committed;
        } catch (GroupIdNotFoundException e) {
            return Map.of();
        }
    }

    @Override
    public Map<TopicPartition, Long> ends(Collection<TopicPartition> partitions) throws InterruptedException {
        Map<TopicPartition, OffsetSpec> specs = new HashMap<>();
        partitions.forEach(partition -> specs.put(partition, OffsetSpec.latest()));
        Map<TopicPartition, Long> ends = new HashMap<>();
        get(
                        admin.listOffsets(specs, new ListOffsetsOptions(IsolationLevel.READ_UNCOMMITTED))
                                .all(),
                        "the end offsets of the topics")
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
            get(admin.describeConfigs(resources).all(), "the settings of the topics")
                    .forEach((resource, config) -> {
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

    private <T> T get(KafkaFuture<T> future, String what) throws InterruptedException {
        try {
            try {
                return future.get(NOTICE_SECONDS, TimeUnit.SECONDS);
            } catch (java.util.concurrent.TimeoutException e) {
                progress.waiting("waiting for " + what);
                return future.get();
            }
        } catch (ExecutionException e) {
            throw e.getCause() instanceof KafkaException cause ? cause : new KafkaException(e.getCause());
        }
    }
}
