package dev.spillway.replay;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;

/** A consumer of topics that keep what they have: it may be read any number of times, from anywhere. */
final class StoredTopics extends MockConsumer<byte[], byte[]> {
    private final Map<TopicPartition, List<ConsumerRecord<byte[], byte[]>>> stored = new HashMap<>();
    private final Map<TopicPartition, OffsetAndMetadata> committed = new HashMap<>();

    StoredTopics() {
        super("earliest");
    }

    void topic(String topic, int partitions) {
        Node node = new Node(0, "localhost", 9092);
        Node[] nodes = {node};
        updatePartitions(
                topic,
                IntStream.range(0, partitions)
                        .mapToObj(partition -> new PartitionInfo(topic, partition, node, nodes, nodes))
                        .toList());
        for (int partition = 0; partition < partitions; partition++) {
            updateBeginningOffsets(Map.of(new TopicPartition(topic, partition), 0L));
            updateEndOffsets(Map.of(new TopicPartition(topic, partition), 0L));
        }
    }

    /** Puts a record at its offset. */
    void store(ConsumerRecord<byte[], byte[]> record) {
        TopicPartition partition = new TopicPartition(record.topic(), record.partition());
        stored.computeIfAbsent(partition, p -> new ArrayList<>()).add(record);
        updateEndOffsets(Map.of(partition, record.offset() + 1));
    }

    /** What the group has committed. */
    void come(Map<TopicPartition, OffsetAndMetadata> offsets) {
        committed.putAll(offsets);
    }

    @Override
    public synchronized ConsumerRecords<byte[], byte[]> poll(Duration timeout) {
        Map<TopicPartition, List<ConsumerRecord<byte[], byte[]>>> found = new HashMap<>();
        Map<TopicPartition, OffsetAndMetadata> next = new HashMap<>();
        for (TopicPartition partition : assignment()) {
            if (!paused().contains(partition)) {
                long position = position(partition);
                List<ConsumerRecord<byte[], byte[]>> there = stored.getOrDefault(partition, List.of()).stream()
                        .filter(record -> record.offset() >= position)
                        .toList();
                found.put(partition, there);
                seek(
                        partition,
                        Objects.requireNonNull(endOffsets(List.of(partition)).get(partition)));
            }
        }
        return new ConsumerRecords<>(found, next);
    }

    @Override
    public synchronized Map<TopicPartition, OffsetAndMetadata> committed(Set<TopicPartition> partitions) {
        return new HashMap<>(committed);
    }

    @Override
    public synchronized Map<TopicPartition, OffsetAndTimestamp> offsetsForTimes(Map<TopicPartition, Long> times) {
        return Map.of();
    }
}
