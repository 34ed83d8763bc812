package dev.spillway.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.spillway.load.KeyChoice;
import dev.spillway.load.SeededDraws;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * An input topic that is full before an arm sees it, so that an arm never waits for records.
 *
 * @param topic its name
 * @param spec what is in it
 */
record Input(String topic, InputSpec spec) {
    /** So many different values are more than a batch holds, so that they do not compress each other. */
    private static final int DIFFERENT_VALUES = 4096;

    private static final int SEED = 42;
    private static final int FIRST_ONES = 50;

    static Input fill(String bootstrapServers, BenchTopics topics, String topic, InputSpec spec) throws Exception {
        topics.create(topic, spec.partitions());
        byte[][] values = values(spec.bytes());
        KeyChoice keys = spec.zipf() > 0 ? KeyChoice.zipf(spec.keys(), spec.zipf()) : KeyChoice.uniform(spec.keys());
        SeededDraws draws = new SeededDraws(SEED);
        Map<String, Object> settings = new HashMap<>(Clients.tuning());
        settings.put("bootstrap.servers", bootstrapServers);
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
            for (int i = 0; i < spec.records(); i++) {
                Future<RecordMetadata> sent = producer.send(
                        new ProducerRecord<>(topic, key(keys.choose(draws, i)), values[i % values.length]));
                if (i < FIRST_ONES) {
                    sent.get(); // a topic that has just been created is not quite there yet
                }
            }
        }
        return new Input(topic, spec);
    }

    static byte[] key(int number) {
        return ("key-" + number).getBytes(UTF_8);
    }

    /** Half of each compresses, as text would. */
    private static byte[][] values(int bytes) {
        Random random = new Random(SEED);
        byte[][] values = new byte[Math.max(1, Math.min(DIFFERENT_VALUES, (64 << 20) / bytes))][bytes];
        for (byte[] value : values) {
            random.nextBytes(value);
            Arrays.fill(value, 0, bytes / 2, (byte) 'x');
        }
        return values;
    }
}
