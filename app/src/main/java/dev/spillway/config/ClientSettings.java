package dev.spillway.config;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.types.Password;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** What each of Kafka's clients is configured with: the shared settings, our defaults, the operator's, and ours that are fixed. */
final class ClientSettings {
    /** Consumer settings that Spillway's promises rest on. */
    static final Set<String> CONSUMER_OWNED = Set.of(
            ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
            ConsumerConfig.GROUP_ID_CONFIG,
            ConsumerConfig.GROUP_INSTANCE_ID_CONFIG,
            ConsumerConfig.CLIENT_ID_CONFIG,
            ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
            ConsumerConfig.ISOLATION_LEVEL_CONFIG,
            ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG,
            ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG);

    /** Producer settings that Spillway's promises rest on. */
    static final Set<String> PRODUCER_OWNED = Set.of(
            ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
            ProducerConfig.CLIENT_ID_CONFIG,
            ProducerConfig.TRANSACTIONAL_ID_CONFIG,
            ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG,
            ProducerConfig.ACKS_CONFIG,
            ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG,
            ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG);

    /**
     * How long a call about a transaction waits before it is tried again. A call that was under way when the brokers went away may
     * use up all of it after their return, and with the client's default that is another minute without a commit.
     */
    private static final int TRANSACTION_CALL_MILLIS = 10_000;

    /**
     * How long a broker lets a fetch wait for records. A consumer that is closed waits for the fetch that is under way; by the client's
     * default that alone may be half a second.
     */
    private static final int FETCH_WAIT_MILLIS = 200;

    /**
     * How large a batch of the producer may get within the client's {@code linger.ms}. What many small requests cost the client and the
     * broker is more than all that a sidecar does for a record of some hundred bytes. It has to fit into a request.
     */
    private static final int BATCH_BYTES = 131_072;

    /**
     * How much may wait to be sent. By the client's default it is four times that, and what waits there is old by the time it is written,
     * cannot be shed any more, and costs the garbage collector.
     */
    private static final long BUFFER_BYTES = 8L * 1024 * 1024;

    /**
     * The size of a socket's buffer is the operating system's to choose, by what the connection can carry. The client's own default is a
     * fixed one, so small that a fetch or a batch goes through it in many pieces, for each of which somebody has to wake up.
     */
    private static final int BY_SYSTEM = -1;

    /** How many batches, or requests, of an operator's own size have to find room by default. */
    private static final long BATCHES_IN_BUFFER = 16;

    private static final long REQUESTS_IN_BUFFER = 2;

    /** The admin client's default. */
    private static final int DEFAULT_REQUEST_MILLIS = 30_000;

    private static final String DESERIALIZER = ByteArrayDeserializer.class.getName();
    private static final String SERIALIZER = ByteArraySerializer.class.getName();

    private ClientSettings() {}

    static Map<String, Object> admin(SpillwayConfig config, Map<String, String> common) {
        Map<String, Object> settings = shared(config, common, AdminClientConfig.configNames()::contains);
        settings.put(CommonClientConfigs.CLIENT_ID_CONFIG, clientId(config) + "-admin");
        boundRequests(settings);
        return hidingSecrets(settings, AdminClientConfig.configDef());
    }

    /** The admin client refuses to give one request more time than a whole call; who shortens the one means both. */
    private static void boundRequests(Map<String, Object> settings) {
        Object call = settings.get(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG);
        if (call != null && !settings.containsKey(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG)) {
            int millis = (int)
                    ConfigDef.parseType(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, call, ConfigDef.Type.INT);
            settings.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, Math.min(millis, DEFAULT_REQUEST_MILLIS));
        }
    }

    static Map<String, Object> consumer(
            SpillwayConfig config, Map<String, String> common, Map<String, String> operator) {
        Map<String, Object> settings = shared(config, common, ConsumerConfig.configNames()::contains);
        // The client's default, latest, would skip what was written before the group's first commit.
        settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        settings.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, FETCH_WAIT_MILLIS);
        settings.putIfAbsent(ConsumerConfig.RECEIVE_BUFFER_CONFIG, BY_SYSTEM); // may be set for all clients
        if (!"consumer".equalsIgnoreCase(operator.get(ConsumerConfig.GROUP_PROTOCOL_CONFIG))) {
            settings.put(
                    ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG, CooperativeStickyAssignor.class.getName());
        }
        settings.putAll(operator);
        settings.put(ConsumerConfig.CLIENT_ID_CONFIG, clientId(config));
        settings.put(ConsumerConfig.GROUP_ID_CONFIG, config.applicationId());
        if (config.hasInstanceId()) {
            settings.put(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG, config.applicationId() + "-" + config.instanceId());
        }
        settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false");
        return bytesReadCommitted(settings);
    }

    static Map<String, Object> inspection(SpillwayConfig config, Map<String, String> common) {
        Map<String, Object> settings = shared(config, common, ConsumerConfig.configNames()::contains);
        settings.put(ConsumerConfig.GROUP_ID_CONFIG, config.applicationId());
        settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false");
        return bytesReadCommitted(settings);
    }

    static Map<String, Object> producer(
            SpillwayConfig config, int index, Map<String, String> common, Map<String, String> operator) {
        Map<String, Object> settings = shared(config, common, ProducerConfig.configNames()::contains);
        settings.put(ProducerConfig.BATCH_SIZE_CONFIG, batchBytes(config));
        settings.put(ProducerConfig.BUFFER_MEMORY_CONFIG, bufferBytes(config));
        settings.putIfAbsent(ProducerConfig.SEND_BUFFER_CONFIG, BY_SYSTEM); // may be set for all clients
        if (config.guarantee() == Guarantee.EXACTLY_ONCE_V2) {
            settings.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, TRANSACTION_CALL_MILLIS);
        }
        settings.putAll(operator);
        settings.put(ProducerConfig.CLIENT_ID_CONFIG, clientId(config) + "-" + index);
        settings.put(ProducerConfig.ACKS_CONFIG, "all");
        settings.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, "true");
        settings.put(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, SERIALIZER);
        settings.put(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, SERIALIZER);
        if (config.guarantee() == Guarantee.EXACTLY_ONCE_V2) {
            settings.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, clientId(config) + "-" + index);
            settings.put(
                    ProducerConfig.TRANSACTION_TIMEOUT_CONFIG,
                    Math.toIntExact(config.transactionTimeout().toMillis()));
        }
        return hidingSecrets(settings, ProducerConfig.configDef());
    }

    private static int batchBytes(SpillwayConfig config) {
        return Math.max(0, Math.min(BATCH_BYTES, config.maxRequestSize()));
    }

    private static long bufferBytes(SpillwayConfig config) {
        long requests = REQUESTS_IN_BUFFER * config.maxRequestSize();
        long batches = BATCHES_IN_BUFFER * config.producerBatchSize(batchBytes(config));
        return Math.max(BUFFER_BYTES, Math.max(requests, batches));
    }

    private static Map<String, Object> bytesReadCommitted(Map<String, Object> settings) {
        settings.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        settings.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, DESERIALIZER);
        settings.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, DESERIALIZER);
        return hidingSecrets(settings, ConsumerConfig.configDef());
    }

    /** Makes each secret a {@link Password}, which Kafka's clients take and nobody can print. */
    private static Map<String, Object> hidingSecrets(Map<String, Object> settings, ConfigDef definition) {
        definition.configKeys().values().stream()
                .filter(key -> key.type == ConfigDef.Type.PASSWORD)
                .forEach(key -> settings.computeIfPresent(
                        key.name, (name, secret) -> ConfigDef.parseType(name, secret, ConfigDef.Type.PASSWORD)));
        return settings;
    }

    private static Map<String, Object> shared(
            SpillwayConfig config, Map<String, String> common, Predicate<String> understood) {
        Map<String, Object> settings = new HashMap<>();
        common.forEach((key, value) -> {
            if (understood.test(key)) {
                settings.put(key, value);
            }
        });
        settings.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, config.bootstrapServers());
        return settings;
    }

    private static String clientId(SpillwayConfig config) {
        return config.applicationId() + "-" + config.instanceId();
    }
}
