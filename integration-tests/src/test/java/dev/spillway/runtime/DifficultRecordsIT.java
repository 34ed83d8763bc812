package dev.spillway.runtime;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.spillway.Application;
import dev.spillway.Outcomes;
import dev.spillway.TestKafka;
import dev.spillway.config.Guarantee;
import dev.spillway.processor.ScriptedProcessor;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Records that nobody expects are processed or become dead letters; none of them stops the sidecar or harms its neighbours. */
@Timeout(120)
class DifficultRecordsIT {
    private static final int MEBIBYTE = 1024 * 1024;

    @RegisterExtension
    static final TestKafka kafka = new TestKafka();

    @ParameterizedTest
    @EnumSource
    void whateverBytesComeAreForwardedAsTheyAre(Guarantee guarantee) throws Exception {
        Application application = Application.on(kafka, 1).guaranteeing(guarantee);
        List<ProducerRecord<byte[], byte[]>> records = List.of(
                record(application, null, bytes("null key")),
                record(application, bytes("null value"), null),
                record(application, null, null),
                record(application, bytes("empty value"), new byte[0]),
                record(application, new byte[0], bytes("empty key")),
                record(application, garbage(100), garbage(10_000)),
                withHeaders(record(application, bytes("1000 headers"), bytes("value")), 1000),
                record(application, bytes("nearly 1 MB"), garbage(1_000_000)));
        kafka.client().produce(records);

        ExitReport report = application.runUntilEnd();

        assertThat(report.isConserved()).as(report.render()).isTrue();
        Outcomes outcomes = application.assertConserved();
        assertThat(inOrderOfInput(outcomes.processed()))
                .usingElementComparator(DifficultRecordsIT::compareContent)
                .containsExactlyElementsOf(outcomes.input());
    }

    @ParameterizedTest
    @EnumSource
    void whatIsNoJobBecomesADeadLetterAtTheFirstAttempt(Guarantee guarantee) throws Exception {
        Application application =
                Application.on(kafka, 1).guaranteeing(guarantee).with("processor", "job");
        byte[] job = bytes("{\"id\": 1, \"type\": \"delay\", \"millis\": 0}");
        kafka.client()
                .produce(List.of(
                        record(application, null, job),
                        record(application, bytes("a"), null),
                        record(application, bytes("b"), new byte[0]),
                        record(application, bytes("c"), garbage(1000)),
                        record(application, bytes("d"), bytes("{\"id\": 1, \"type\": \"delay\"")),
                        record(application, bytes("e"), bytes("{\"id\": 1, \"type\": \"dance\"}")),
                        record(application, bytes("f"), bytes("[".repeat(100_000))),
                        record(application, null, job)));

        ExitReport report = application.runUntilEnd();

        assertThat(report.isConserved()).as(report.render()).isTrue();
        Outcomes outcomes = application.assertConserved();
        assertThat(outcomes.processed()).hasSize(2);
        assertThat(inOrderOfInput(outcomes.deadLettered()))
                .hasSize(6)
                .allSatisfy(letter -> {
                    assertThat(Outcomes.header(letter, "spillway.attempts")).isEqualTo("1");
                    assertThat(Outcomes.header(letter, "spillway.reason"))
                            .startsWith("dev.spillway.processor.PermanentFailureException: ");
                })
                .usingElementComparator(DifficultRecordsIT::compareContent)
                .containsExactlyElementsOf(outcomes.input().subList(1, 7));
    }

    @ParameterizedTest
    @EnumSource
    void aMegabyteIsProcessedWhereTopicsAndClientsAreConfiguredForIt(Guarantee guarantee) throws Exception {
        Application application = largeInput(guarantee)
                .with("output.topic", largeTopic("output"))
                .with("producer.max.request.size", "4194304");

        ExitReport report = application.runUntilEnd();

        assertThat(report.isConserved()).as(report.render()).isTrue();
        Outcomes outcomes = application.assertConserved();
        assertThat(outcomes.processed())
                .extracting(result -> result.value().length)
                .containsExactlyInAnyOrder(1, 2 * MEBIBYTE, 1);
    }

    @ParameterizedTest
    @EnumSource
    void aMegabyteBecomesADeadLetterWithoutItsValueWhereTheyAreNot(Guarantee guarantee) throws Exception {
        Application application = largeInput(guarantee);

        ExitReport report = application.runUntilEnd();

        assertThat(report.isConserved()).as(report.render()).isTrue();
        assertThat(report.totals().aborted()).isZero();
        Outcomes outcomes = application.assertConserved();
        assertThat(outcomes.processed()).hasSize(2);
        assertThat(outcomes.deadLettered()).singleElement().satisfies(letter -> {
            assertThat(letter.key()).isEqualTo(bytes("large"));
            assertThat(letter.value()).isNull();
            assertThat(Outcomes.header(letter, "spillway.origin")).isEqualTo(application.input() + "-0@1");
            assertThat(Outcomes.header(letter, "spillway.reason"))
                    .contains("max.message.bytes", application.setting("output.topic"));
        });
    }

    @ParameterizedTest
    @EnumSource
    void whatNoQueueCouldHoldBecomesADeadLetter(Guarantee guarantee) throws Exception {
        Application application =
                Application.on(kafka, 1).guaranteeing(guarantee).with("queue.capacity.bytes", "1000");
        kafka.client()
                .produce(List.of(
                        record(application, null, garbage(900)),
                        record(application, bytes("large"), garbage(2000)),
                        record(application, null, garbage(900))));

        ExitReport report = application.runUntilEnd();

        assertThat(report.isConserved()).as(report.render()).isTrue();
        Outcomes outcomes = application.assertConserved();
        assertThat(outcomes.processed()).hasSize(2);
        assertThat(outcomes.deadLettered()).singleElement().satisfies(letter -> {
            assertThat(letter.value()).hasSize(2000);
            assertThat(Outcomes.header(letter, "spillway.reason")).contains("queue.capacity.bytes=1000");
            assertThat(Outcomes.header(letter, "spillway.attempts")).isEqualTo("0");
        });
    }

    @ParameterizedTest
    @EnumSource
    void aFailureIsTriedAgainUntilRetriesAreUsedUp(Guarantee guarantee) throws Exception {
        Application application = scripted()
                .guaranteeing(guarantee)
                .with("retry.max.retries", "2")
                .with("retry.backoff.ms", "1");
        kafka.client()
                .produce(List.of(
                        record(application, null, bytes("fail 2")),
                        record(application, bytes("poison"), bytes("fail 1000")),
                        record(application, null, bytes("fine"))));

        ExitReport report = application.runUntilEnd();

        assertThat(report.isConserved()).as(report.render()).isTrue();
        Outcomes outcomes = application.assertConserved();
        assertThat(outcomes.processed())
                .extracting(result -> Outcomes.text(result.value()))
                .containsExactlyInAnyOrder("fail 2", "fine");
        assertThat(outcomes.deadLettered()).singleElement().satisfies(letter -> {
            assertThat(letter.key()).isEqualTo(bytes("poison"));
            assertThat(Outcomes.header(letter, "spillway.attempts")).isEqualTo("3");
            assertThat(Outcomes.header(letter, "spillway.reason"))
                    .isEqualTo("java.lang.IllegalStateException: failed as told");
        });
        assertThat(ScriptedProcessor.triesOf(application.input() + "-0@1")).isEqualTo(3);
    }

    @Test
    void anAttemptThatTakesTooLongIsInterruptedAndCountsAsFailed() throws Exception {
        Application application = scripted().with("retry.max.retries", "0").with("processing.timeout.ms", "200");
        kafka.client()
                .produce(List.of(record(application, null, bytes("hang")), record(application, null, bytes("fine"))));

        ExitReport report = application.runUntilEnd();

        assertThat(report.isConserved()).as(report.render()).isTrue();
        Outcomes outcomes = application.assertConserved();
        assertThat(outcomes.deadLettered()).singleElement().satisfies(letter -> {
            assertThat(Outcomes.header(letter, "spillway.reason"))
                    .endsWith("ProcessingTimeoutException: no result within processing.timeout.ms=200");
            assertThat(Outcomes.header(letter, "spillway.attempts")).isEqualTo("1");
        });
    }

    private Application scripted() throws InterruptedException {
        return Application.on(kafka, 1).with("processor", ScriptedProcessor.class.getName());
    }

    /** Two small records with a large one between them. */
    private Application largeInput(Guarantee guarantee) throws InterruptedException {
        Application application =
                Application.on(kafka, 1).guaranteeing(guarantee).with("input.topics", largeTopic("input"));
        kafka.client()
                .produce(
                        List.of(
                                record(application, null, garbage(1)),
                                record(application, bytes("large"), garbage(2 * MEBIBYTE)),
                                record(application, null, garbage(1))),
                        Map.of("max.request.size", 4 * MEBIBYTE));
        return application;
    }

    private String largeTopic(String prefix) throws InterruptedException {
        return kafka.client().createTopic(prefix, 1, Map.of("max.message.bytes", "4194304"));
    }

    private static ProducerRecord<byte[], byte[]> record(
            Application application, byte @Nullable [] key, byte @Nullable [] value) {
        return new ProducerRecord<>(application.input(), 0, key, value);
    }

    private static ProducerRecord<byte[], byte[]> withHeaders(ProducerRecord<byte[], byte[]> record, int count) {
        for (int i = 0; i < count; i++) {
            record.headers().add("header-" + i % 10, i % 100 == 0 ? null : bytes("value-" + i));
        }
        return record;
    }

    private static List<ConsumerRecord<byte[], byte[]>> inOrderOfInput(List<ConsumerRecord<byte[], byte[]>> outcomes) {
        List<ConsumerRecord<byte[], byte[]>> sorted = new ArrayList<>(outcomes);
        sorted.sort((a, b) -> Long.compare(inputOffset(a), inputOffset(b)));
        return sorted;
    }

    private static long inputOffset(ConsumerRecord<byte[], byte[]> outcome) {
        String origin = Outcomes.header(outcome, "spillway.origin");
        return Long.parseLong(origin.substring(origin.indexOf('@') + 1));
    }

    /** Keys, values and headers, but for those of Spillway. */
    private static int compareContent(ConsumerRecord<byte[], byte[]> a, ConsumerRecord<byte[], byte[]> b) {
        return contentOf(a).equals(contentOf(b)) ? 0 : 1;
    }

    private static List<Object> contentOf(ConsumerRecord<byte[], byte[]> record) {
        List<Object> content = new ArrayList<>();
        content.add(text(record.key()));
        content.add(text(record.value()));
        record.headers().forEach(header -> {
            if (!header.key().startsWith("spillway.")) {
                content.add(header.key() + "=" + text(header.value()));
            }
        });
        return content;
    }

    private static String text(byte @Nullable [] bytes) {
        return bytes == null ? "null" : Base64.getEncoder().encodeToString(bytes);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    private static byte[] garbage(int size) {
        byte[] garbage = new byte[size];
        new Random(size).nextBytes(garbage);
        return garbage;
    }
}
