package dev.spillway.bench;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Topics of a benchmark, and how fast they were written. */
final class BenchTopics {
    private final String bootstrapServers;
    private final int partitions;

    BenchTopics(String bootstrapServers, int partitions) {
        this.bootstrapServers = bootstrapServers;
        this.partitions = partitions;
    }

    void create(List<String> names) throws Exception {
        try (Admin admin = Admin.create(Map.<String, Object>of("bootstrap.servers", bootstrapServers))) {
            admin.createTopics(names.stream()
                            .map(name -> new NewTopic(name, partitions, (short) 1))
                            .toList())
                    .all()
                    .get();
        }
    }

    void delete(String name) throws Exception {
        try (Admin admin = Admin.create(Map.<String, Object>of("bootstrap.servers", bootstrapServers))) {
            admin.deleteTopics(List.of(name)).all().get();
        }
    }

    /**
     * How long sending a topic's records took, by their timestamps, in milliseconds.
     *
     * @param warmUp how many of them, those that were sent first, do not count
     * @param records how many more there are; waits until all can be read
     */
    double sendingMillis(String topic, int warmUp, int records) {
        SortedMap<Long, Integer> sentAt = new TreeMap<>();
        Map<String, Object> settings =
                Map.of("bootstrap.servers", bootstrapServers, "isolation.level", "read_committed");
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> all = consumer.partitionsFor(topic).stream()
                    .map(p -> new TopicPartition(topic, p.partition()))
                    .toList();
            consumer.assign(all);
            consumer.seekToBeginning(all);
            int count = 0;
            while (count < warmUp + records) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(100))) {
                    sentAt.merge(record.timestamp(), 1, Integer::sum);
                    count++;
                }
            }
        }
        return sentAt.lastKey() - millisOf(warmUp, sentAt);
    }

    /** When so many had been sent. */
    private static long millisOf(int count, SortedMap<Long, Integer> sentAt) {
        int sent = 0;
        for (Map.Entry<Long, Integer> at : sentAt.entrySet()) {
            sent += at.getValue();
            if (sent >= count) {
                return at.getKey();
            }
        }
        throw new IllegalStateException("only " + sent + " were sent");
    }
}
