package dev.spillway.bench;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.awaitility.Awaitility;

/** Topics of a benchmark. For one thread. */
final class BenchTopics implements AutoCloseable {
    private static final Duration VISIBLE = Duration.ofSeconds(30);

    private final Admin admin;
    private final KafkaConsumer<byte[], byte[]> reader;
    private int outputs;

    BenchTopics(String bootstrapServers) {
        admin = Admin.create(Map.<String, Object>of("bootstrap.servers", bootstrapServers));
        reader = reader(bootstrapServers);
    }

    /** A consumer without a group that sees what is committed. */
    static KafkaConsumer<byte[], byte[]> reader(String bootstrapServers) {
        return new KafkaConsumer<>(
                Map.of("bootstrap.servers", bootstrapServers, "isolation.level", "read_committed"),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
    }

    /** Where a sidecar that writes to this topic leaves tombstones. */
    static String drops(String output) {
        return output + "-drops";
    }

    /** Where a sidecar that writes to this topic leaves dead letters. */
    static String deadLetters(String output) {
        return output + "-dead-letters";
    }

    void create(String name, int partitions) throws Exception {
        createAll(List.of(name), partitions);
    }

    /** A topic for what an arm writes, with those for what a sidecar writes beside it. */
    String createOutput(int partitions) throws Exception {
        String output = "bench-output-" + ++outputs;
        createAll(allOf(output), partitions);
        return output;
    }

    void deleteOutput(String output) throws Exception {
        deleteAll(allOf(output));
    }

    void delete(String name) throws Exception {
        deleteAll(List.of(name));
    }

    /** How many records a reader of committed records can see by now; the markers of transactions count, too: some ten a second. */
    long visible(String topic, int partitions) {
        return reader.endOffsets(partitionsOf(topic, partitions)).values().stream()
                .mapToLong(end -> end)
                .sum();
    }

    static List<TopicPartition> partitionsOf(String topic, int partitions) {
        return IntStream.range(0, partitions)
                .mapToObj(partition -> new TopicPartition(topic, partition))
                .toList();
    }

    @Override
    public void close() {
        reader.close();
        admin.close();
    }

    private static List<String> allOf(String output) {
        return List.of(output, drops(output), deadLetters(output));
    }

    private void createAll(Collection<String> names, int partitions) throws Exception {
        admin.createTopics(names.stream()
                        .map(name -> new NewTopic(name, partitions, (short) 1))
                        .toList())
                .all()
                .get();
        Awaitility.await("topics that the broker knows")
                .atMost(VISIBLE)
                .pollInterval(Duration.ofMillis(20))
                .until(() -> areThere(names));
    }

    /** The controller has created them before the broker has heard of them, and of who leads their partitions. */
    private boolean areThere(Collection<String> names) throws Exception {
        try {
            return admin.describeTopics(names).allTopicNames().get().values().stream()
                    .flatMap(topic -> topic.partitions().stream())
                    .allMatch(partition -> partition.leader() != null);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof UnknownTopicOrPartitionException) {
                return false;
            }
            throw e;
        }
    }

    private void deleteAll(Collection<String> names) throws Exception {
        admin.deleteTopics(names).all().get();
    }
}
