package dev.spillway.bench;

import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Settings of Kafka's clients that all arms share, so that they differ in what they do and not in how they compress and batch; unless
 * they are to be as they come. Spillway's own defaults for sockets and the producer's buffer stay.
 */
final class Clients {
    /** Before an arm's settings that are those of its producer. */
    static final String PRODUCER = "producer.";

    /** Of an arm whose producer has the settings that it has where nobody sets any. */
    private static final String AS_IT_COMES = "as.it.comes";

    /** How long the records of one poll may take that are worked on one after the other: as long as a commit may wait for. */
    private static final long POLL_MILLIS = 100;

    private static final int MAX_POLL_RECORDS = 500;

    private Clients() {}

    /** What a producer's throughput depends on, without its broker and its serializers. */
    static Map<String, String> tuning() {
        return Map.of("compression.type", "lz4", "linger.ms", "5", "batch.size", "65536");
    }

    /** An arm's as a user gets it who sets nothing. */
    static ArmSpec asItComes(ArmSpec arm) {
        return arm.with(AS_IT_COMES, true);
    }

    /** The same for an arm, which may have been told otherwise. */
    static Map<String, String> tuning(ArmSettings settings) {
        if (settings.has(AS_IT_COMES)) {
            return Map.of();
        }
        Map<String, String> all = new TreeMap<>(tuning());
        all.putAll(settings.under(PRODUCER));
        return all;
    }

    static Map<String, Object> producer(ArmSettings settings) {
        Map<String, Object> all = new HashMap<>(tuning(settings));
        all.put("bootstrap.servers", settings.bootstrapServers());
        all.put("key.serializer", ByteArraySerializer.class);
        all.put("value.serializer", ByteArraySerializer.class);
        return all;
    }

    static Map<String, Object> consumer(ArmSettings settings) {
        Map<String, Object> all = new HashMap<>();
        all.put("bootstrap.servers", settings.bootstrapServers());
        all.put("group.id", settings.output());
        all.put("auto.offset.reset", "earliest");
        all.put("enable.auto.commit", "false");
        all.put("key.deserializer", ByteArrayDeserializer.class);
        all.put("value.deserializer", ByteArrayDeserializer.class);
        return all;
    }

    /** For arms that do all of a poll's work before the next poll, on the thread that polls. */
    static Map<String, Object> consumerThatWorks(ArmSettings settings) {
        Map<String, Object> all = consumer(settings);
        if (settings.workMillis() > 0) {
            all.put("max.poll.records", (int)
                    Math.max(1, Math.min(MAX_POLL_RECORDS, POLL_MILLIS / settings.workMillis())));
        }
        return all;
    }
}
