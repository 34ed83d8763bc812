package dev.spillway.runtime;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.spillway.Application;
import dev.spillway.BreakableKafka;
import dev.spillway.ClusterClient;
import dev.spillway.Outcomes;
import dev.spillway.RunningSidecar;
import dev.spillway.config.Guarantee;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Input whose offsets are not 0, 1, 2, …: truncated, compacted, written in transactions, or in partitions that come later. */
@Tag("faults")
@Timeout(180)
class InputTopicsIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @RegisterExtension
    static final BreakableKafka kafka = new BreakableKafka();

    private final ClusterClient client = kafka.brokers().client();

    @ParameterizedTest
    @EnumSource
    void whatRetentionDeletesBeforeItIsPolledIsSkippedAndTheRestGoesOn(Guarantee guarantee) throws Exception {
        Application application = application(guarantee, 1)
                .with("processor", SlowProcessor.class.getName())
                .with("processor.millis", "20")
                .with("workers", "1")
                .with("queue.capacity", "10")
                .with("consumer.max.poll.records", "10")
                .with("consumer.fetch.max.bytes", "1000")
                .with("consumer.max.partition.fetch.bytes", "1000");
        TopicPartition input = new TopicPartition(application.input(), 0);
        client.produce(jobs(application, 1000), Map.of("batch.size", 100));
        try (RunningSidecar sidecar = RunningSidecar.start(application.config())) {
            awaitCommitted(application, 1);

            client.admin()
                    .deleteRecords(Map.of(input, RecordsToDelete.beforeOffset(900)))
                    .all()
                    .get();

            awaitCommitted(application, 1000);
            assertThat(sidecar.stop().isConserved()).isTrue();
        }
        Outcomes outcomes = application.outcomes();
        assertThat(outcomes.input()).hasSize(100);
        assertThat(outcomes.origins()).containsAll(outcomes.inputOrigins()).doesNotHaveDuplicates();
        assertThat(outcomes.origins().size())
                .as("what had been deleted by then")
                .isLessThan(1000);
        assertThat(application.audit().isConserved())
                .as(application.audit().text())
                .isTrue();
    }

    @ParameterizedTest
    @EnumSource
    void partitionsThatAreAddedAreTakenOnAtTheirBeginning(Guarantee guarantee) throws Exception {
        Application application = application(guarantee, 1).with("consumer.metadata.max.age.ms", "500");
        client.produce(application.input(), 100);
        try (RunningSidecar sidecar = RunningSidecar.start(application.config())) {
            awaitCommitted(application, 100);

            client.admin()
                    .createPartitions(Map.of(application.input(), NewPartitions.increaseTo(3)))
                    .all()
                    .get();
            client.produce(IntStream.range(0, 300)
                    .mapToObj(i -> new ProducerRecord<>(application.input(), i % 3, bytes("key"), bytes("value")))
                    .toList());

            awaitCommitted(application, 400);
            assertThat(sidecar.stop().isConserved()).isTrue();
        }
        application.assertConserved();
    }

    @ParameterizedTest
    @EnumSource
    void theGapsOfACompactedTopicAreNoLoss(Guarantee guarantee) throws Exception {
        String compacted = client.createTopic(
                "compacted",
                1,
                Map.of(
                        "cleanup.policy", "compact",
                        "segment.ms", "100",
                        "min.cleanable.dirty.ratio", "0.01",
                        "delete.retention.ms", "100"));
        Application application = application(guarantee, 1).with("input.topics", compacted);
        for (int round = 0; round < 5; round++) {
            client.produce(halfOfThemAgain(compacted, round));
        }
        Awaitility.await("compaction").atMost(PATIENCE).until(() -> {
            client.produce(compacted, 1); // ends a segment
            return client.readCommitted(compacted).size() < 400;
        });

        ExitReport report = application.runUntilEnd();

        assertThat(report.isConserved()).as(report.render()).isTrue();
        Outcomes outcomes = application.outcomes();
        assertThat(outcomes.origins()).containsAll(outcomes.inputOrigins()).doesNotHaveDuplicates();
        assertThat(application.audit().isConserved())
                .as(application.audit().text())
                .isTrue();
    }

    @ParameterizedTest
    @EnumSource
    void recordsOfAbortedTransactionsAreNoInput(Guarantee guarantee) throws Exception {
        Application application = application(guarantee, 1);
        try (Producer<byte[], byte[]> producer =
                client.producer(Map.of("transactional.id", ClusterClient.uniqueName("upstream")))) {
            producer.initTransactions();
            for (int i = 0; i < 6; i++) {
                producer.beginTransaction();
                String value = i % 2 == 0 ? "committed" : "aborted";
                for (int n = 0; n < 50; n++) {
                    var unused = producer.send(new ProducerRecord<>(application.input(), 0, null, bytes(value)));
                }
                producer.flush();
                if (i % 2 == 0) {
                    producer.commitTransaction();
                } else {
                    producer.abortTransaction();
                }
            }
        }

        ExitReport report = application.runUntilEnd();

        assertThat(report.isConserved()).as(report.render()).isTrue();
        assertThat(report.totals().committed().processed()).isEqualTo(150);
        assertThat(application.assertConserved().processed())
                .extracting(result -> Outcomes.text(result.value()))
                .containsOnly("committed");
    }

    private static Application application(Guarantee guarantee, int partitions) throws InterruptedException {
        return Application.on(
                        kafka.processes().bootstrapServers(), kafka.brokers().client(), partitions)
                .guaranteeing(guarantee);
    }

    private static List<ProducerRecord<byte[], byte[]>> jobs(Application application, int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> new ProducerRecord<>(application.input(), 0, bytes("key"), bytes("a record")))
                .toList();
    }

    /** Of each round every other record stays when the next one has been written: holes all over the log. */
    private static List<ProducerRecord<byte[], byte[]>> halfOfThemAgain(String topic, int round) {
        return IntStream.range(0, 100)
                .mapToObj(i -> new ProducerRecord<>(
                        topic, 0, bytes(i % 2 == 0 ? "key-" + i : "key-" + i + "-" + round), bytes("value")))
                .toList();
    }

    private static void awaitCommitted(Application application, long offsets) {
        Awaitility.await("commit of " + offsets)
                .atMost(PATIENCE)
                .until(() -> application.committed().values().stream()
                                .mapToLong(Long::longValue)
                                .sum()
                        >= offsets);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }
}
