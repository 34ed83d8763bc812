package dev.spillway.runtime;

import dev.spillway.TestKafka;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What {@code kill -9} in the middle of load leaves behind, and how a restart goes on from there. */
@Timeout(240)
@Execution(ExecutionMode.CONCURRENT)
class CrashIT {
    /** However slow the machine: less than the transaction time-out, and far less than the group waits for a member that has died. */
    private static final Duration AT_ONCE = Duration.ofSeconds(60);

    private static final Duration PATIENCE_OF_THE_GROUP = Duration.ofMinutes(10);

    /** The session and the transaction time-out set below, the time between two of the broker's looks at the latter, and a start. */
    private static final Duration AFTER_TIME_OUTS = Duration.ofSeconds(45);

    @RegisterExtension
    static final TestKafka kafka = new TestKafka();

    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource({"exactly_once_v2, DROP_OLDEST", "exactly_once_v2, BLOCK", "at_least_once, DROP_NEWEST"})
    void aRestartUnderTheSameInstanceIdTakesOverAtOnceTimeAfterTime(String guarantee, String policy) throws Exception {
        try (Deployment application = application(guarantee, policy)
                        .set("instance.id", "one")
                        .set("consumer.session.timeout.ms", PATIENCE_OF_THE_GROUP.toMillis());
                Load load = application.load(2000, ShutdownIT.VALUE)) {
            SidecarProcess sidecar = application.startAssigned();
            for (int kills = 0; kills < 3; kills++) {
                application.awaitProgress(300, AT_ONCE);
                sidecar.kill();
                sidecar = application.start();
            }
            application.awaitProgress(300, AT_ONCE);

            sidecar.terminateConserved();

            load.stop();
            application.audit();
        }
    }

    @ParameterizedTest
    @CsvSource({"exactly_once_v2, DROP_OLDEST", "at_least_once, BLOCK"})
    void aRestartWithoutInstanceIdRecoversWithinTheTimeOuts(String guarantee, String policy) throws Exception {
        try (Deployment application = application(guarantee, policy)
                        .set("consumer.session.timeout.ms", 6000)
                        .set("processing.timeout.ms", 1000)
                        .set("retry.max.retries", 0);
                Load load = application.load(2000, ShutdownIT.VALUE)) {
            SidecarProcess sidecar = application.startAssigned();
            application.awaitProgress(300);
            sidecar.kill();
            sidecar = application.start();
            application.awaitProgress(300, AFTER_TIME_OUTS);

            sidecar.terminateConserved();

            load.stop();
            application.audit();
        }
    }

    private Deployment application(String guarantee, String policy) throws InterruptedException {
        return new Deployment(kafka, directory, 3)
                .set("processing.guarantee", guarantee)
                .set("shed.policy", policy)
                .set("processor", SlowProcessor.class.getName())
                .set("processor.millis", 5)
                .set("workers", 4);
    }
}
