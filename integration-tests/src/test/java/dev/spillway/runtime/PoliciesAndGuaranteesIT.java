package dev.spillway.runtime;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.spillway.Application;
import dev.spillway.Outcomes;
import dev.spillway.TestKafka;
import dev.spillway.config.Guarantee;
import dev.spillway.ledger.EpochReport.Totals;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Overload from end to end: each policy with each guarantee accounts for every record. */
@Timeout(120)
class PoliciesAndGuaranteesIT {
    private static final int RECORDS = 1500;
    private static final int CAPACITY = 40;
    private static final int MALFORMED_EVERY = 50;

    @RegisterExtension
    static final TestKafka kafka = new TestKafka();

    @ParameterizedTest
    @CsvSource({
        "DROP_NEWEST, EXACTLY_ONCE_V2",
        "DROP_OLDEST, EXACTLY_ONCE_V2",
        "DROP_NEWEST, AT_LEAST_ONCE",
        "DROP_OLDEST, AT_LEAST_ONCE"
    })
    void overloadIsShedAndEveryRecordHasItsOutcome(String policy, Guarantee guarantee) throws Exception {
        Application application = overloaded(guarantee, 2).with("shed.policy", policy);

        ExitReport report = application.runUntilEnd();

        assertThat(report.isConserved()).as(report.render()).isTrue();
        Outcomes outcomes = application.assertConserved();
        assertThat(totalsOf(outcomes)).isEqualTo(report.totals().committed());
        assertThat(outcomes.dropped())
                .isNotEmpty()
                .allSatisfy(tombstone -> assertThat(Outcomes.header(tombstone, "spillway.reason"))
                        .isEqualTo(policy));
        assertThat(outcomes.processed()).isNotEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void blockShedsNothing(Guarantee guarantee) throws Exception {
        Application application = overloaded(guarantee, 2).with("shed.policy", "BLOCK");

        ExitReport report = application.runUntilEnd();

        assertThat(report.isConserved()).as(report.render()).isTrue();
        application.assertConserved();
        assertThat(report.totals().committed())
                .isEqualTo(new Totals(RECORDS, RECORDS - RECORDS / MALFORMED_EVERY, 0, RECORDS / MALFORMED_EVERY));
    }

    /** A victim has a full queue of fresher records behind it. */
    @ParameterizedTest
    @EnumSource
    void dropOldestNeverShedsTheFreshest(Guarantee guarantee) throws Exception {
        Application application = overloaded(guarantee, 1).with("shed.policy", "DROP_OLDEST");

        application.runUntilEnd();

        assertThat(offsetsOf(application.outcomes().dropped()))
                .isNotEmpty()
                .allSatisfy(offset -> assertThat(offset).isLessThan(RECORDS - CAPACITY));
    }

    /** A victim has found a queue that older records filled. */
    @ParameterizedTest
    @EnumSource
    void dropNewestNeverShedsTheOldest(Guarantee guarantee) throws Exception {
        Application application = overloaded(guarantee, 1).with("shed.policy", "DROP_NEWEST");

        application.runUntilEnd();

        assertThat(offsetsOf(application.outcomes().dropped()))
                .isNotEmpty()
                .allSatisfy(offset -> assertThat(offset).isGreaterThanOrEqualTo(CAPACITY));
    }

    private Application overloaded(Guarantee guarantee, int partitions) throws InterruptedException {
        Application application = Application.on(kafka, partitions)
                .guaranteeing(guarantee)
                .with("processor", "job")
                .with("queue.capacity", Integer.toString(CAPACITY));
        kafka.client()
                .produce(IntStream.range(0, RECORDS)
                        .mapToObj(i -> new ProducerRecord<>(application.input(), i % partitions, key(i), job(i)))
                        .toList());
        return application;
    }

    private static byte[] key(int number) {
        return ("key-" + number % 7).getBytes(UTF_8);
    }

    private static byte[] job(int number) {
        String job = "{\"id\": \"" + number + "\", \"type\": \"cpu\", \"iterations\": 2000000}";
        return (number % MALFORMED_EVERY == 0 ? "no job" : job).getBytes(UTF_8);
    }

    private static Totals totalsOf(Outcomes outcomes) {
        return new Totals(
                outcomes.input().size(),
                outcomes.processed().size(),
                outcomes.dropped().size(),
                outcomes.deadLettered().size());
    }

    private static List<Long> offsetsOf(List<ConsumerRecord<byte[], byte[]>> outcomes) {
        return outcomes.stream()
                .map(outcome -> Outcomes.header(outcome, "spillway.origin"))
                .map(origin -> Long.parseLong(origin.substring(origin.indexOf('@') + 1)))
                .toList();
    }
}
