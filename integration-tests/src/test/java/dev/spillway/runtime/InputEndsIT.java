package dev.spillway.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spillway.ClusterClient;
import dev.spillway.TestKafka;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Where Kafka says that the input ends. */
@Timeout(60)
class InputEndsIT {
    @RegisterExtension
    static final TestKafka kafka = new TestKafka();

    @Test
    void theEndIsThatOfCommittedRecordsAndWhatIsNotThereIsLeftOut() throws Exception {
        String topic = kafka.client().createTopic("input", 2);
        TopicPartition filled = new TopicPartition(topic, 0);
        TopicPartition open = new TopicPartition(topic, 1);
        TopicPartition missing = new TopicPartition(topic, 2);
        try (Admin admin = Admin.create(Map.of(
                        "bootstrap.servers", kafka.bootstrapServers(),
                        "default.api.timeout.ms", "4000",
                        "request.timeout.ms", "2000"));
                Producer<byte[], byte[]> plain = kafka.client().producer(Map.of());
                Producer<byte[], byte[]> transactional =
                        kafka.client().producer(Map.of("transactional.id", ClusterClient.uniqueName("open")))) {
            for (int i = 0; i < 3; i++) {
                plain.send(new ProducerRecord<>(topic, filled.partition(), null, new byte[1]))
                        .get();
            }
            transactional.initTransactions();
            transactional.beginTransaction();
            transactional
                    .send(new ProducerRecord<>(topic, open.partition(), null, new byte[1]))
                    .get();

            Map<TopicPartition, Long> ends =
                    new InputEnds(admin).of(Set.of(filled, open, missing)).get();

            assertThat(ends).isEqualTo(Map.of(filled, 3L, open, 0L));
            transactional.abortTransaction();
        }
    }
}
