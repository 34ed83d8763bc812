package dev.spillway.cli;

import dev.spillway.config.InvalidConfigException;
import dev.spillway.config.JaasSetting;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * The cluster that a command talks to, and with what settings.
 *
 * @param settings for all clients, {@code bootstrap.servers} included
 */
record Connection(Map<String, Object> settings) {
    /** Nothing is known yet. */
    static final Connection NONE = new Connection(Map.of());

    /** Kafka's minute is long for somebody who waits at a terminal. */
    private static final int PATIENCE_MILLIS = 15_000;

    private static final int REQUEST_MILLIS = 30_000;

    Connection {
        settings = Map.copyOf(settings);
    }

    /**
     * A cluster by its address.
     *
     * @param settings what the person set for the clients
     */
    static Connection to(String bootstrapServers, Map<String, String> settings) {
        Map<String, Object> all = new HashMap<>(settings);
        all.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
        return withPatience(all);
    }

    /**
     * A cluster by a client's settings.
     *
     * @param overrides what the person set for the clients beyond that
     */
    static Connection with(Map<String, Object> settings, Map<String, String> overrides) {
        Map<String, Object> all = new HashMap<>(settings);
        all.putAll(overrides);
        return withPatience(all);
    }

    private static Connection withPatience(Map<String, Object> settings) {
        JaasSetting.require(settings);
        settings.putIfAbsent(CommonClientConfigs.DEFAULT_API_TIMEOUT_MS_CONFIG, String.valueOf(PATIENCE_MILLIS));
        int patience = millis(settings, CommonClientConfigs.DEFAULT_API_TIMEOUT_MS_CONFIG);
        // The admin client refuses a request time-out that is longer than the whole call's.
        settings.putIfAbsent(
                CommonClientConfigs.REQUEST_TIMEOUT_MS_CONFIG, String.valueOf(Math.min(patience, REQUEST_MILLIS)));
        return new Connection(settings);
    }

    /** The addresses of the cluster, for people. */
    String bootstrapServers() {
        return String.valueOf(settings.getOrDefault(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, "the cluster"));
    }

    /** How long a call may take. */
    Duration patience() {
        return settings.containsKey(CommonClientConfigs.DEFAULT_API_TIMEOUT_MS_CONFIG)
                ? Duration.ofMillis(millis(settings, CommonClientConfigs.DEFAULT_API_TIMEOUT_MS_CONFIG))
                : Duration.ofMillis(PATIENCE_MILLIS);
    }

    /** Settings of a consumer without a group that reads what is committed, as bytes. */
    Map<String, Object> consumer() {
        Map<String, Object> consumer = new HashMap<>(settings);
        consumer.putIfAbsent(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, "5000");
        consumer.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        consumer.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false");
        consumer.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        consumer.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, "false");
        consumer.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class.getName());
        consumer.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class.getName());
        return consumer;
    }

    /** Settings of a producer of bytes. */
    Map<String, Object> producer() {
        Map<String, Object> producer = new HashMap<>(settings);
        producer.put(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class.getName());
        producer.put(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class.getName());
        return producer;
    }

    private static int millis(Map<String, Object> settings, String key) {
        String value = String.valueOf(settings.get(key)).strip();
        try {
            return Integer.parseInt(value);
        } catch (NumberFormatException e) {
            throw new InvalidConfigException(key + "=" + value + " is not a number of milliseconds: use e.g. 30000");
        }
    }
}
