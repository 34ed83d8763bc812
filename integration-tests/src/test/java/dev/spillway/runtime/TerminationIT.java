package dev.spillway.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spillway.BreakableKafka;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** SIGTERM at bad moments. */
@Tag("faults")
@Timeout(240)
class TerminationIT {
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final int BY_SIGTERM = 143;

    /** Commit, abort, leaving the group, closing: each waits a while for an answer. */
    private static final Duration LAST_TRIES = Duration.ofMinutes(2);

    @RegisterExtension
    static final BreakableKafka kafka = new BreakableKafka();

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"exactly_once_v2", "at_least_once"})
    void aSecondSigtermChangesNothing(String guarantee) throws Exception {
        try (Deployment application = application(guarantee)
                .set("processor", SlowProcessor.class.getName())
                .set("processor.millis", 2000)) {
            application.produce(12, "record");
            SidecarProcess sidecar = application.startAssigned();
            application.awaitProgress(1, PATIENCE);

            sidecar.askToTerminate();
            sidecar.awaitLog(" -> Draining");
            sidecar.terminateConserved();

            application.audit();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"exactly_once_v2", "at_least_once"})
    void whileItStartsItEndsBeforeItHasTakenAnything(String guarantee) throws Exception {
        try (Deployment application = application(guarantee)) {
            application.produce(100, ShutdownIT.VALUE);
            SidecarProcess first = application.start();
            int exitCode = first.terminate();
            assertThat(exitCode).as(first.toString()).isIn(0, BY_SIGTERM);
            SidecarProcess second = application.start().awaitLog("created topic| -> Running");

            second.terminateConserved();

            SidecarProcess third = application.startAssigned();
            application.awaitCaughtUp();
            third.terminateConserved();
            application.audit();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"exactly_once_v2", "at_least_once"})
    void whileItStartsAndNoBrokerAnswersItEndsWithinTheTimeout(String guarantee) throws Exception {
        try (Deployment application = application(guarantee).set("default.api.timeout.ms", 5000)) {
            kafka.brokers().cutAll();
            SidecarProcess sidecar = application.start().awaitLog(" -> Starting");

            assertThat(sidecar.terminate()).as(sidecar.toString()).isEqualTo(3);

            assertThat(sidecar.log())
                    .containsPattern("(?m)^spillway run: Kafka did not answer")
                    .doesNotContain("\tat ");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"exactly_once_v2", "at_least_once"})
    void whileTheGroupRebalancesItGivesEverythingToTheOther(String guarantee) throws Exception {
        try (Deployment application = application(guarantee)
                .set("processor.millis", 1000)
                .set("workers", 1)
                .set("consumer.heartbeat.interval.ms", 1000)) {
            // eight seconds of work from each partition: whichever comes first, it is asked for one that it has not
            // finished
            application.produce(24, ShutdownIT.VALUE);
            SidecarProcess first = application.startAssigned();
            application.awaitProgress(1, PATIENCE);

            SidecarProcess second = application.start();
            application.awaitRebalance();
            first.terminateConserved();

            second.awaitLog(" assigned \\[.+]");
            application.awaitCaughtUp(3, PATIENCE);
            second.terminateConserved();
            application.audit();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"exactly_once_v2", "at_least_once"})
    void whileNoBrokerAnswersItGivesUpAndSaysSo(String guarantee) throws Exception {
        try (Deployment application = application(guarantee).set("shutdown.timeout.ms", 5000);
                Load load = application.load(500, ShutdownIT.VALUE)) {
            SidecarProcess first = application.startAssigned();
            application.awaitProgress(200, PATIENCE);
            kafka.brokers().cutAll();

            first.askToTerminate();
            int exitCode = first.awaitExit(LAST_TRIES);

            assertThat(exitCode).as(first.toString()).isIn(0, 2);
            assertThat(first.row("conserved")).startsWith(exitCode == 0 ? "yes" : "NO");
            kafka.brokers().mendAll();
            SidecarProcess second = application.startAssigned();
            application.awaitProgress(200, PATIENCE);
            load.stop();
            application.awaitCaughtUp(3, PATIENCE);
            second.terminateConserved();
            application.audit();
        }
    }

    private Deployment application(String guarantee) throws InterruptedException {
        return new Deployment(kafka.brokers(), directory, 3)
                .set("processing.guarantee", guarantee)
                .set("shed.policy", "BLOCK")
                .set("processor", SlowProcessor.class.getName())
                .set("processor.millis", 5)
                .set("processing.timeout.ms", 4000)
                .set("retry.max.retries", 0)
                .set("consumer.session.timeout.ms", 6000)
                .set("workers", 4);
    }
}
