package dev.spillway.runtime;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.spillway.Application;
import dev.spillway.Outcomes;
import dev.spillway.TestKafka;
import dev.spillway.config.Guarantee;
import dev.spillway.processor.ScriptedProcessor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Outputs that Kafka does not take: the one record becomes a dead letter, its neighbours are processed. */
@Timeout(120)
class RefusedOutputsIT {
    private static final int RECORDS = 200;
    private static final int REFUSED = 100;

    @RegisterExtension
    static final TestKafka kafka = new TestKafka();

    @ParameterizedTest
    @EnumSource
    void aResultThatIsTooLargeIsRecognisedBeforeItIsSent(Guarantee guarantee) throws Exception {
        Application application = application(guarantee);
        kafka.client().produce(recordsWithOne(bytes("grow 1500000"), application));

        ExitReport report = application.runUntilEnd();

        assertThat(report.totals().aborted()).isZero();
        assertOnlyTheRefusedIsDeadLettered(application, report);
        assertThat(application.outcomes().deadLettered())
                .allSatisfy(letter ->
                        assertThat(Outcomes.header(letter, "spillway.reason")).contains("max.message.bytes"));
    }

    /** What a compressed batch will take is not known beforehand, so that here the broker decides. */
    @ParameterizedTest
    @EnumSource
    void aResultThatTheBrokerFindsTooLargeIsDeadLettered(Guarantee guarantee) throws Exception {
        Application application = application(guarantee)
                .with("producer.compression.type", "gzip")
                .with("producer.max.request.size", "4194304");
        kafka.client().produce(recordsWithOne(bytes("grow 1500000"), application));

        ExitReport report = application.runUntilEnd();

        assertOnlyTheRefusedIsDeadLettered(application, report);
        assertNothingWasTriedTwiceInVain(application);
    }

    @ParameterizedTest
    @EnumSource
    void aResultWithoutKeyForACompactedTopicIsDeadLettered(Guarantee guarantee) throws Exception {
        Application application = application(guarantee)
                .with("output.topic", kafka.client().createTopic("output", 1, Map.of("cleanup.policy", "compact")));
        List<ProducerRecord<byte[], byte[]>> records = recordsWithOne(bytes("value"), application);
        records.set(REFUSED, new ProducerRecord<>(application.input(), 0, null, bytes("no key")));
        kafka.client().produce(records);

        ExitReport report = application.runUntilEnd();

        assertOnlyTheRefusedIsDeadLettered(application, report);
        assertNothingWasTriedTwiceInVain(application);
    }

    @ParameterizedTest
    @EnumSource
    void aResultThatNoSegmentCouldHoldIsDeadLettered(Guarantee guarantee) throws Exception {
        Application application = application(guarantee)
                .with(
                        "output.topic",
                        kafka.client()
                                .createTopic(
                                        "output",
                                        1,
                                        Map.of("segment.bytes", "1048576", "max.message.bytes", "4194304")))
                .with("producer.max.request.size", "4194304");
        kafka.client().produce(recordsWithOne(bytes("grow 1500000"), application));

        ExitReport report = application.runUntilEnd();

        assertOnlyTheRefusedIsDeadLettered(application, report);
        assertNothingWasTriedTwiceInVain(application);
    }

    /** An output that must not be lost and cannot be written: that is no single record's fault. */
    @ParameterizedTest
    @EnumSource
    void aDeadLetterThatKafkaRefusesStopsTheSidecarWithoutACommit(Guarantee guarantee) throws Exception {
        Application application = Application.on(kafka, 1)
                .guaranteeing(guarantee)
                .with("processor", "job")
                .with("dead.letter.topic", kafka.client().createTopic("dead", 1, Map.of("cleanup.policy", "compact")));
        kafka.client().produce(List.of(new ProducerRecord<>(application.input(), 0, null, bytes("no job"))));

        ExitReport report = application.runUntilEnd();

        assertThat(report.isConserved()).isFalse();
        assertThat(report.failure())
                .hasMessageContainingAll("dead letter", application.input() + "-0@0", "compaction needs keys");
        assertThat(application.committed()).isEmpty();
    }

    private static Application application(Guarantee guarantee) throws InterruptedException {
        return Application.on(kafka, 1).guaranteeing(guarantee).with("processor", ScriptedProcessor.class.getName());
    }

    private static void assertOnlyTheRefusedIsDeadLettered(Application application, ExitReport report)
            throws InterruptedException {
        assertThat(report.isConserved()).as(report.render()).isTrue();
        Outcomes outcomes = application.assertConserved();
        assertThat(outcomes.deadLettered())
                .extracting(letter -> Outcomes.header(letter, "spillway.origin"))
                .containsOnly(application.input() + "-0@" + REFUSED);
        assertThat(outcomes.deadLettered())
                .extracting(letter -> Outcomes.header(letter, "spillway.attempts"))
                .containsOnly("1");
        assertThat(outcomes.processed().stream()
                        .map(result -> Outcomes.header(result, "spillway.origin"))
                        .distinct())
                .hasSize(RECORDS - 1);
    }

    /** One abort, and when the refused record comes again it is not given to the processor any more. */
    private static void assertNothingWasTriedTwiceInVain(Application application) {
        List<String> origins = application.outcomes().inputOrigins();
        assertThat(ScriptedProcessor.triesOf(origins.get(REFUSED))).isEqualTo(1);
        assertThat(origins)
                .allSatisfy(
                        origin -> assertThat(ScriptedProcessor.triesOf(origin)).isBetween(1, 2));
    }

    private static List<ProducerRecord<byte[], byte[]>> recordsWithOne(byte[] special, Application application) {
        List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
        for (int i = 0; i < RECORDS; i++) {
            byte[] value = i == REFUSED ? special : bytes("value-" + i);
            records.add(new ProducerRecord<>(application.input(), 0, bytes("key-" + i), value));
        }
        return records;
    }

    private static byte[] bytes(String text) {
        return Objects.requireNonNull(text).getBytes(UTF_8);
    }
}
