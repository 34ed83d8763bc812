package dev.spillway.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spillway.ClusterClient;
import dev.spillway.TestKafka;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.UnstableOffsetCommitException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What the cluster says that the group has committed. */
@Timeout(120)
class GroupOffsetsIT {
    @RegisterExtension
    static final TestKafka kafka = new TestKafka();

    @Test
    @SuppressWarnings("removal") // only a consumer makes what replaces this metadata of a group without members
    void nothingIsToldWhileATransactionMayStillChangeIt() throws Exception {
        String group = ClusterClient.uniqueName("group");
        String topic = kafka.client().createTopic("input", 2);
        String transactions = ClusterClient.uniqueName("transactions");
        TopicPartition committed = new TopicPartition(topic, 0);
        TopicPartition never = new TopicPartition(topic, 1);
        try (Admin impatient = Admin.create(Map.of(
                        "bootstrap.servers", kafka.bootstrapServers(),
                        "default.api.timeout.ms", "2000",
                        "request.timeout.ms", "1000"));
                Producer<byte[], byte[]> producer = kafka.client().producer(Map.of("transactional.id", transactions));
                Producer<byte[], byte[]> successor =
                        kafka.client().producer(Map.of("transactional.id", transactions))) {
            GroupOffsets offsets = new GroupOffsets(impatient, group);
            producer.initTransactions();
            producer.beginTransaction();
            producer.sendOffsetsToTransaction(
                    Map.of(committed, new OffsetAndMetadata(7)), new ConsumerGroupMetadata(group));
            assertThatThrownBy(() -> offsets.of(Set.of(committed))).isInstanceOf(UnstableOffsetCommitException.class);

            producer.commitTransaction();
            successor.initTransactions(); // waits until the offsets, too, are told of the commit

            assertThat(offsets.of(Set.of(committed, never))).isEqualTo(Map.of(committed, 7L));
        }
    }
}
