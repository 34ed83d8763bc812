package dev.spillway.runtime;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.spillway.Application;
import dev.spillway.ClusterClient;
import dev.spillway.Outcomes;
import dev.spillway.TestKafka;
import dev.spillway.processor.ScriptedProcessor;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The topics that the sidecar writes, and what their readers are promised to find there. */
@Timeout(120)
class TopicsIT {
    @RegisterExtension
    static final TestKafka kafka = new TestKafka();

    @Test
    void missingTopicsAreCreatedWithAsManyPartitionsAsTheInputHas() throws Exception {
        Application application = Application.on(kafka, 3)
                .with("output.topic", ClusterClient.uniqueName("output"))
                .with("drop.topic", ClusterClient.uniqueName("drop"))
                .without("dead.letter.topic")
                .with("topics.create", "true");
        kafka.client().produce(application.input(), 100);

        ExitReport report = application.runUntilEnd();

        assertThat(report.isConserved()).as(report.render()).isTrue();
        Map<String, TopicDescription> topics = kafka.client()
                .admin()
                .describeTopics(List.of(
                        application.setting("output.topic"),
                        application.setting("drop.topic"),
                        application.setting("application.id") + "-dead-letters"))
                .allTopicNames()
                .get();
        assertThat(topics.values())
                .hasSize(3)
                .allSatisfy(topic -> assertThat(topic.partitions()).hasSize(3));
        application.assertConserved();
    }

    @Test
    void aResultHasTheInputsKeyAndHeadersAndItsOrigin() throws Exception {
        Application application = Application.on(kafka, 1);
        kafka.client().produce(List.of(withHeader(record(application, "key", "value"))));

        application.runUntilEnd();

        ConsumerRecord<byte[], byte[]> result =
                application.outcomes().processed().get(0);
        assertThat(Outcomes.text(result.key())).isEqualTo("key");
        assertThat(Outcomes.text(result.value())).isEqualTo("value");
        assertThat(Outcomes.headerNames(result)).containsExactly("own", "spillway.origin");
        assertThat(Outcomes.header(result, "own")).isEqualTo("header");
        assertThat(Outcomes.header(result, "spillway.origin")).isEqualTo(application.input() + "-0@0");
    }

    @Test
    void severalResultsOfARecordAreNumbered() throws Exception {
        Application application = Application.on(kafka, 1).with("processor", ScriptedProcessor.class.getName());
        kafka.client().produce(List.of(record(application, "key", "fan 3"), record(application, "key", "fan 1")));

        ExitReport report = application.runUntilEnd();

        assertThat(report.totals().committed().processed()).isEqualTo(2);
        Outcomes outcomes = application.assertConserved();
        List<ConsumerRecord<byte[], byte[]>> results = outcomes.processed();
        assertThat(results).hasSize(4);
        assertThat(results.stream()
                        .filter(result -> Outcomes.headerNames(result).contains("spillway.part")))
                .extracting(
                        result -> Outcomes.header(result, "spillway.origin"),
                        result -> Outcomes.header(result, "spillway.part"),
                        result -> Outcomes.text(result.value()))
                .containsExactly(
                        tuple(application.input() + "-0@0", "1/3", "result 1"),
                        tuple(application.input() + "-0@0", "2/3", "result 2"),
                        tuple(application.input() + "-0@0", "3/3", "result 3"));
    }

    @Test
    void aTombstoneHasTheInputsKeyAndNoValueAndSaysWhatWhyAndWhen() throws Exception {
        Application application = Application.on(kafka, 1)
                .with("shed.policy", "DROP_OLDEST")
                .with("processor", "job")
                .with("queue.capacity", "1");
        kafka.client()
                .produce(IntStream.range(0, 200)
                        .mapToObj(i -> withHeader(
                                record(application, "key", "{\"id\": 1, \"type\": \"delay\", \"millis\": 1}")))
                        .toList());
        Instant before = Instant.now().minusSeconds(1);

        application.runUntilEnd();

        assertThat(application.outcomes().dropped()).isNotEmpty().allSatisfy(tombstone -> {
            assertThat(Outcomes.text(tombstone.key())).isEqualTo("key");
            assertThat(tombstone.value()).isNull();
            assertThat(Outcomes.headerNames(tombstone))
                    .containsExactlyInAnyOrder("spillway.origin", "spillway.outcome", "spillway.reason", "spillway.at");
            assertThat(Outcomes.header(tombstone, "spillway.origin")).startsWith(application.input() + "-0@");
            assertThat(Outcomes.header(tombstone, "spillway.outcome")).isEqualTo("DROPPED");
            assertThat(Outcomes.header(tombstone, "spillway.reason")).isEqualTo("DROP_OLDEST");
            assertThat(Instant.parse(Outcomes.header(tombstone, "spillway.at"))).isBetween(before, Instant.now());
        });
    }

    @Test
    void aDeadLetterHasTheInputsKeyValueAndHeadersAndSaysWhyWhenAndAfterHowManyAttempts() throws Exception {
        Application application = Application.on(kafka, 1)
                .with("processor", ScriptedProcessor.class.getName())
                .with("retry.max.retries", "1")
                .with("retry.backoff.ms", "1");
        kafka.client().produce(List.of(withHeader(record(application, "key", "fail 9"))));
        Instant before = Instant.now().minusSeconds(1);

        application.runUntilEnd();

        ConsumerRecord<byte[], byte[]> letter =
                application.outcomes().deadLettered().get(0);
        assertThat(Outcomes.text(letter.key())).isEqualTo("key");
        assertThat(Outcomes.text(letter.value())).isEqualTo("fail 9");
        assertThat(Outcomes.headerNames(letter))
                .containsExactlyInAnyOrder(
                        "own",
                        "spillway.origin",
                        "spillway.outcome",
                        "spillway.reason",
                        "spillway.attempts",
                        "spillway.at");
        assertThat(Outcomes.header(letter, "own")).isEqualTo("header");
        assertThat(Outcomes.header(letter, "spillway.origin")).isEqualTo(application.input() + "-0@0");
        assertThat(Outcomes.header(letter, "spillway.outcome")).isEqualTo("DEAD_LETTERED");
        assertThat(Outcomes.header(letter, "spillway.reason"))
                .isEqualTo("java.lang.IllegalStateException: failed as told");
        assertThat(Outcomes.header(letter, "spillway.attempts")).isEqualTo("2");
        assertThat(Instant.parse(Outcomes.header(letter, "spillway.at"))).isBetween(before, Instant.now());
    }

    private static ProducerRecord<byte[], byte[]> record(Application application, String key, String value) {
        return new ProducerRecord<>(application.input(), 0, key.getBytes(UTF_8), value.getBytes(UTF_8));
    }

    /** With a header of its own, and one that an earlier sidecar left. */
    private static ProducerRecord<byte[], byte[]> withHeader(ProducerRecord<byte[], byte[]> record) {
        record.headers().add("own", "header".getBytes(UTF_8));
        record.headers().add("spillway.origin", "elsewhere-0@1".getBytes(UTF_8));
        return record;
    }
}
