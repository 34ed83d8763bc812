package dev.spillway.runtime;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.spillway.Application;
import dev.spillway.Outcomes;
import dev.spillway.TestKafka;
import dev.spillway.config.Guarantee;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Several processors in a row, on a real broker. */
@Timeout(120)
class StagesIT {
    private static final int RECORDS = 600;
    private static final int MALFORMED_EVERY = 50;

    @RegisterExtension
    static final TestKafka kafka = new TestKafka();

    @ParameterizedTest
    @EnumSource
    void aStageThatShedsIsNamedByItsTombstonesAndEveryRecordHasOneOutcome(Guarantee guarantee) throws Exception {
        Application application = Application.on(kafka, 2)
                .guaranteeing(guarantee)
                .without("processor")
                .with("stages", "accept,check,work")
                .with("stage.accept.processor", "identity")
                .with("stage.check.processor", "identity")
                .with("stage.check.shed.policy", "BLOCK")
                .with("stage.check.queue.capacity", "0")
                .with("stage.work.processor", "job")
                .with("stage.work.shed.policy", "DROP_OLDEST")
                .with("stage.work.queue.capacity", "5")
                .with("stage.work.concurrency", "adaptive");
        kafka.client()
                .produce(IntStream.range(0, RECORDS)
                        .mapToObj(i -> new ProducerRecord<>(application.input(), i % 2, bytes("key"), job(i)))
                        .toList());

        ExitReport report = application.runUntilEnd();

        assertThat(report.isConserved()).as(report.render()).isTrue();
        assertThat(report.workers().joined()).as("all workers of all stages").isEqualTo(6);
        Outcomes outcomes = application.assertConserved();
        assertThat(outcomes.processed()).isNotEmpty();
        assertThat(outcomes.dropped()).isNotEmpty().allSatisfy(tombstone -> {
            assertThat(Outcomes.header(tombstone, "spillway.stage")).isEqualTo("work");
            assertThat(Outcomes.header(tombstone, "spillway.reason")).isEqualTo("DROP_OLDEST");
        });
        assertThat(outcomes.deadLettered())
                .allSatisfy(letter ->
                        assertThat(Outcomes.header(letter, "spillway.stage")).isEqualTo("work"));
    }

    private static byte[] job(int number) {
        return bytes(
                number % MALFORMED_EVERY == 0
                        ? "no job"
                        : "{\"id\": \"" + number + "\", \"type\": \"delay\", \"millis\": 2}");
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }
}
