package dev.spillway.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.spillway.ClusterClient;
import dev.spillway.TestKafka;
import dev.spillway.flow.Time;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What the cluster says about the group. */
@Timeout(120)
class OwnGroupIT {
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
            OwnGroup offsets = new OwnGroup(impatient, group, Time.system());
            producer.initTransactions();
            producer.beginTransaction();
            producer.sendOffsetsToTransaction(
                    Map.of(committed, new OffsetAndMetadata(7)), new ConsumerGroupMetadata(group));
            assertThatThrownBy(() -> offsets.of(Set.of(committed))).isInstanceOf(TimeoutException.class);
            CompletableFuture<Map<TopicPartition, Long>> waiting =
                    CompletableFuture.supplyAsync(() -> offsets.of(Set.of(committed)));

            producer.commitTransaction();
            successor.initTransactions(); // waits until the offsets, too, are told of the commit

            assertThat(waiting.get()).isEqualTo(Map.of(committed, 7L));
            assertThat(offsets.of(Set.of(committed, never))).isEqualTo(Map.of(committed, 7L));
        }
    }

    @Test
    void aMemberIsTakenOverWhenAnotherOneIsThereUnderItsName() throws Exception {
        String group = ClusterClient.uniqueName("group");
        String topic = kafka.client().createTopic("input", 1);
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()));
                KafkaConsumer<byte[], byte[]> first = member(group, topic)) {
            OwnGroup ours = new OwnGroup(admin, group, Time.system());
            await("the first is a member").atMost(SidecarProcess.PATIENCE).until(() -> isAssigned(first));
            ConsumerGroupMetadata us = first.groupMetadata();
            assertThat(ours.isTakenOver(() -> us, () -> true)).isFalse();

            try (KafkaConsumer<byte[], byte[]> second = member(group, topic)) {
                await("the second is a member").atMost(SidecarProcess.PATIENCE).until(() -> isAssigned(second));

                ConsumerGroupMetadata successor = second.groupMetadata();
                assertThat(ours.isTakenOver(() -> us, () -> false)).isTrue();
                assertThat(new OwnGroup(admin, group, new Hurry()).isTakenOver(() -> us, () -> true))
                        .as("for longer than it takes to join anew")
                        .isTrue();
                Iterator<ConsumerGroupMetadata> joiningAnew =
                        List.of(us, us, successor).iterator();
                assertThat(ours.isTakenOver(joiningAnew::next, () -> true)).isFalse();
            }
        }
    }

    @Test
    void aNameIsHeldUntilItsMemberHasLeft() throws Exception {
        String group = ClusterClient.uniqueName("group");
        String topic = kafka.client().createTopic("input", 1);
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()))) {
            OwnGroup ours = new OwnGroup(admin, group, Time.system());
            assertThat(ours.isHeld("twin")).as("where there is no group").isFalse();
            CompletableFuture<Void> released;
            try (KafkaConsumer<byte[], byte[]> member = member(group, topic, "consumer")) {
                await("a member").atMost(SidecarProcess.PATIENCE).until(() -> isAssigned(member));
                assertThat(ours.isHeld("twin")).isTrue();
                assertThat(ours.isHeld("another")).isFalse();
                released = CompletableFuture.runAsync(() -> ours.awaitRelease("twin", () -> true));
                ours.awaitRelease("twin", () -> false);
                assertThat(released).isNotDone();
                assertThatThrownBy(() -> new OwnGroup(admin, group, new Hurry()).awaitRelease("twin", () -> true))
                        .as("once more than a session has passed")
                        .isInstanceOf(StartupException.class)
                        .hasMessageContaining("under the name twin");
            }
            released.get();
        }
    }

    private static KafkaConsumer<byte[], byte[]> member(String group, String topic) {
        return member(group, topic, "classic");
    }

    private static KafkaConsumer<byte[], byte[]> member(String group, String topic, String protocol) {
        KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                Map.of(
                        "bootstrap.servers",
                        kafka.bootstrapServers(),
                        "group.id",
                        group,
                        "group.instance.id",
                        "twin",
                        "group.protocol",
                        protocol),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
        consumer.subscribe(List.of(topic));
        return consumer;
    }

    private static boolean isAssigned(KafkaConsumer<?, ?> consumer) {
        var unused = consumer.poll(Duration.ofMillis(100));
        return !consumer.assignment().isEmpty();
    }

    /** In which every wait takes a minute, and no time. */
    private static final class Hurry implements Time {
        private long nanos;

        @Override
        public long nanoTime() {
            return nanos;
        }

        @Override
        public long currentTimeMillis() {
            return nanos / 1_000_000;
        }

        @Override
        public long awaitUntil(Lock lock, Condition condition, long deadlineNanos) {
            nanos += Duration.ofMinutes(1).toNanos();
            return 0;
        }
    }
}
