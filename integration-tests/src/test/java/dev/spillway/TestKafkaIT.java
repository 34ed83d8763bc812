package dev.spillway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What other tests rely on when they use {@link TestKafka}, on whichever cluster there is. */
@Timeout(120)
class TestKafkaIT {
    @RegisterExtension
    static final TestKafka kafka = new TestKafka();

    private final ClusterClient client = kafka.client();

    @Test
    void topicsHaveNamesOfTheirOwn() throws Exception {
        assertThat(client.createTopic("topic", 1)).isNotEqualTo(client.createTopic("topic", 1));
    }

    @Test
    void readsAllRecordsOfAllPartitions() throws Exception {
        String topic = client.createTopic("topic", 3);

        client.produce(topic, 1000);

        assertThat(client.readCommitted(topic))
                .extracting(record -> new String(record.value(), UTF_8))
                .doesNotHaveDuplicates()
                .hasSize(1000);
    }

    @Test
    void readsNothingFromAnEmptyTopic() throws Exception {
        assertThat(client.readCommitted(client.createTopic("topic", 2))).isEmpty();
    }

    @Test
    void readsNeitherAbortedNorOpenTransactions() throws Exception {
        String topic = client.createTopic("topic", 1);
        try (Producer<byte[], byte[]> producer = transactionalProducer()) {
            producer.beginTransaction();
            producer.send(new ProducerRecord<>(topic, new byte[] {1})).get();
            producer.commitTransaction();
            producer.beginTransaction();
            producer.send(new ProducerRecord<>(topic, new byte[] {2})).get();
            producer.abortTransaction();
            producer.beginTransaction();
            producer.send(new ProducerRecord<>(topic, new byte[] {3})).get();

            assertThat(client.readCommitted(topic))
                    .singleElement()
                    .satisfies(record -> assertThat(record.value()).containsExactly(1));
            producer.abortTransaction();
        }
    }

    @Test
    void tellsTheOffsetsThatAGroupCommitted() throws Exception {
        TopicPartition partition = new TopicPartition(client.createTopic("topic", 2), 1);
        String group = ClusterClient.uniqueName("group");
        assertThat(client.committedOffsets(group)).isEmpty();

        try (var consumer = client.consumer(Map.of("group.id", group))) {
            consumer.commitSync(Map.of(partition, new OffsetAndMetadata(7)));
        }

        assertThat(client.committedOffsets(group)).isEqualTo(Map.of(partition, 7L));
    }

    private Producer<byte[], byte[]> transactionalProducer() {
        Producer<byte[], byte[]> producer =
                client.producer(Map.of("transactional.id", ClusterClient.uniqueName("transactions")));
        producer.initTransactions();
        return producer;
    }
}
