package dev.spillway.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spillway.CtrlC;
import dev.spillway.TestKafka;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How a sidecar ends when it is told to. */
@Timeout(180)
class ShutdownIT {
    static final String VALUE = "a record";

    @RegisterExtension
    static final TestKafka kafka = new TestKafka();

    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource({
        "exactly_once_v2, DROP_OLDEST",
        "exactly_once_v2, DROP_NEWEST",
        "at_least_once, BLOCK",
        "at_least_once, DROP_OLDEST"
    })
    void sigtermInTheMiddleOfLoadSettlesCommitsAndReports(String guarantee, String policy) throws Exception {
        try (Deployment application = application(guarantee, policy);
                Load load = application.load(2000, VALUE)) {
            SidecarProcess sidecar = application.startAssigned();
            application.awaitProgress(500);

            sidecar.terminateConserved();

            load.stop();
            assertThat(sidecar.row("epochs")).endsWith(", 0 aborted)");
            assertThat(sidecar.count("consumed")).isEqualTo(application.committed());
            application.audit();
        }
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void ctrlCInTheMiddleOfLoadDoesTheSame() throws Exception {
        CtrlC.assumeHeeded();
        try (Deployment application = application("exactly_once_v2", "DROP_OLDEST");
                Load load = application.load(2000, VALUE)) {
            SidecarProcess sidecar = application.startAssigned();
            application.awaitProgress(500);

            sidecar.assertConserved(sidecar.interrupt());

            load.stop();
            assertThat(sidecar.count("consumed")).isEqualTo(application.committed());
            application.audit();
        }
    }

    @ParameterizedTest
    @CsvSource({"exactly_once_v2, BLOCK", "at_least_once, BLOCK", "exactly_once_v2, DROP_OLDEST"})
    void aQueueThatCannotBeWorkedOffInTimeStaysWithKafka(String guarantee, String policy) throws Exception {
        try (Deployment application = application(guarantee, policy)) {
            application
                    .set("processor", SlowProcessor.class.getName())
                    .set("processor.millis", 400)
                    .set("shutdown.timeout.ms", 6000)
                    .set("queue.capacity", 200)
                    .set("workers", 2);
            application.produce(300, "record");
            SidecarProcess first = application.startAssigned();
            application.awaitProgress(2);

            first.terminateConserved();

            assertThat(first.log()).containsPattern("[1-9][0-9]* untouched records stay with Kafka");
            assertThat(application.committed()).isLessThan(300);
            application.audit();
            application.set("processor.millis", 0);
            SidecarProcess second = application.startAssigned();
            application.awaitCaughtUp();
            second.terminateConserved();
            assertThat(first.count("consumed") + second.count("consumed")).isEqualTo(300);
            application.audit();
        }
    }

    @ParameterizedTest
    @CsvSource({"exactly_once_v2", "at_least_once"})
    void aWorkerThatIgnoresInterruptsIsReportedAsAbortedAndLosesNothing(String guarantee) throws Exception {
        try (Deployment application = application(guarantee, "BLOCK")) {
            application
                    .set("processor", SlowProcessor.class.getName())
                    .set("processor.hold.fast", "stubborn")
                    .set("shutdown.timeout.ms", 2000);
            application.produce(50, "record");
            SidecarProcess first = application.startAssigned();
            application.awaitCaughtUp();
            application.produceTo(0, "stubborn");
            first.awaitLog("holding stubborn");

            assertThat(first.terminate()).as(first.toString()).isEqualTo(2);

            assertThat(first.log()).contains("ignoring an interrupt");
            assertThat(first.row("workers")).endsWith("(3 joined, 1 aborted)");
            assertThat(first.row("conserved")).startsWith("NO");
            assertThat(application.committed()).isEqualTo(50);
            application.set("processor.hold.fast", "");
            SidecarProcess second = application.startAssigned();
            application.awaitCaughtUp();
            second.terminateConserved();
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
