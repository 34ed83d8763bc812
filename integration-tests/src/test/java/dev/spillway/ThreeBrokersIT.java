package dev.spillway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.protocol.ApiKeys;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What the fault tests rely on: that their cluster breaks where they break it, and only there. */
@Tag("faults")
@Timeout(180)
class ThreeBrokersIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @RegisterExtension
    static final BreakableKafka kafka = new BreakableKafka();

    private final ThreeBrokers brokers = kafka.brokers();

    @Test
    void noAcknowledgedRecordIsLostWithItsLeader() throws Exception {
        String topic = brokers.client().createTopic("records", 1);
        brokers.client().produce(topic, 10);
        int first = brokers.leaderOf(topic, 0);

        kafka.processes().kill(first);

        Awaitility.await("another leader").atMost(PATIENCE).until(() -> brokers.leaderOf(topic, 0) != first);
        brokers.client().produce(topic, 10);
        kafka.processes().start(first);
        assertThat(brokers.client().readCommitted(topic)).hasSize(20);
    }

    @Test
    void whatIsSentIntoACutNetworkArrivesWhenItIsMended() throws Exception {
        String topic = brokers.client().createTopic("records", 1);
        try (Producer<byte[], byte[]> producer = relayed()) {
            producer.send(new ProducerRecord<>(topic, new byte[1])).get();

            brokers.cutAll();
            Future<RecordMetadata> sent = producer.send(new ProducerRecord<>(topic, new byte[1]));
            assertThatThrownBy(() -> sent.get(2, TimeUnit.SECONDS)).isInstanceOf(TimeoutException.class);
            assertThat(brokers.client().readCommitted(topic))
                    .as("the test's own client goes another way")
                    .hasSize(1);

            brokers.mendAll();
            assertThat(sent.get(60, TimeUnit.SECONDS).offset()).isEqualTo(1);
        }
    }

    @Test
    void aNetworkCanBeCutBeforeOrAfterARequest() throws Exception {
        String topic = brokers.client().createTopic("records", 1);
        try (Producer<byte[], byte[]> producer = relayed()) {
            producer.partitionsFor(topic);

            brokers.cutBefore(ApiKeys.PRODUCE);
            assertNotAcknowledged(producer.send(new ProducerRecord<>(topic, new byte[1])));
            assertThat(brokers.client().readCommitted(topic)).isEmpty();
            brokers.mendAll();
            producer.flush();

            brokers.cutAfter(ApiKeys.PRODUCE);
            assertNotAcknowledged(producer.send(new ProducerRecord<>(topic, new byte[1])));
            Awaitility.await("the record whose answer is cut off")
                    .atMost(PATIENCE)
                    .until(() -> brokers.client().readCommitted(topic).size() == 2);
            brokers.mendAll();
        }
    }

    @Test
    @SuppressWarnings("try") // it sleeps as long as the block lasts
    void aSuspendedBrokerIsDoneWithoutAndComesBack() throws Exception {
        String topic = brokers.client().createTopic("records", 1);
        int first = brokers.leaderOf(topic, 0);
        try (Suspension asleep = brokers.suspend(first)) {
            Awaitility.await("another leader").atMost(PATIENCE).until(() -> brokers.leaderOf(topic, 0) != first);
            brokers.client().produce(topic, 10);
        }

        assertThat(kafka.processes().pid(first)).isPositive();
        // Who has just woken up answers as the leader that it was, with the end of a log that has none of them.
        Awaitility.await("the records, whoever is asked")
                .atMost(PATIENCE)
                .until(() -> brokers.client().readCommitted(topic).size() == 10);
    }

    private static void assertNotAcknowledged(Future<RecordMetadata> sent) {
        Awaitility.await("cut").atMost(PATIENCE).until(kafka.brokers()::isAnyCut);
        assertThat(sent).isNotDone();
    }

    private Producer<byte[], byte[]> relayed() {
        return brokers.client().producer(Map.of("bootstrap.servers", brokers.relayedServers()));
    }
}
