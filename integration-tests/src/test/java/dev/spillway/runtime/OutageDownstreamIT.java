package dev.spillway.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.spillway.Application;
import dev.spillway.TestKafka;
import dev.spillway.processor.WatchedProcessor;
import java.time.Duration;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a processor depends on is down for a while, and comes back. */
@Timeout(120)
class OutageDownstreamIT {
    private static final int RECORDS = 500;

    /**
     * With a tenth of a second between them, as a mean, nobody has used them up within three seconds, though a stalled machine's breaker
     * looks as late as that; and everybody within the outage, if there were none: it takes five seconds, and less than seven.
     */
    private static final int RETRIES = 50;

    private static final int LONGEST_PAUSE_MILLIS = 200;

    private static final Duration OUTAGE = Duration.ofSeconds(8);

    @RegisterExtension
    static final TestKafka kafka = new TestKafka();

    @ParameterizedTest
    @CsvSource({"exactly_once_v2, DROP_OLDEST", "at_least_once, DROP_NEWEST", "exactly_once_v2, BLOCK"})
    void anOutageTurnsNoRecordIntoADeadLetter(String guarantee, String policy) throws Exception {
        WatchedProcessor.reset(true);
        Application application = Application.on(kafka, 2)
                .with("processing.guarantee", guarantee)
                .with("shed.policy", policy)
                .with("processor", WatchedProcessor.class.getName())
                .with("processing.timeout.ms", "1000")
                .with("retry.max.retries", Integer.toString(RETRIES))
                .with("retry.backoff.ms", Integer.toString(LONGEST_PAUSE_MILLIS))
                .with("retry.backoff.max.ms", Integer.toString(LONGEST_PAUSE_MILLIS))
                .with("circuit.breaker.probe.interval.ms", "20")
                .with("queue.capacity", "100");
        kafka.client().produce(application.input(), RECORDS);

        Thread repair = new Thread(() -> {
            await().atMost(Duration.ofSeconds(60)).until(() -> WatchedProcessor.failures() > 60);
            await().pollDelay(OUTAGE).atMost(OUTAGE.multipliedBy(2)).until(() -> true);
            WatchedProcessor.up();
        });
        repair.start();
        ExitReport report = application.runUntilEnd();
        repair.join();

        assertThat(report.isConserved()).as(report.render()).isTrue();
        assertThat(report.totals().committed().deadLettered()).isZero();
        application.assertConserved();
    }
}
