package dev.spillway.runtime;

import dev.spillway.Suspension;
import dev.spillway.TestKafka;
import java.nio.file.Path;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** A sidecar whose machine sleeps for a while, as a laptop or a frozen container does. */
@Timeout(180)
@DisabledOnOs(OS.WINDOWS)
class SuspensionIT {
    /** More than the transaction time-out of 10 s and the 10 s between two looks of the broker, less than the group's session. */
    private static final Duration SUSPENSION = Duration.ofSeconds(25);

    @RegisterExtension
    static final TestKafka kafka = new TestKafka();

    @TempDir
    Path directory;

    @Test
    void aSidecarThatSleptThroughItsTransactionGoesOn() throws Exception {
        sleepsAndGoesOn("exactly_once_v2");
    }

    @Tag("faults") // most of a minute
    @Test
    void aSidecarThatSleptWithoutATransactionGoesOn() throws Exception {
        sleepsAndGoesOn("at_least_once");
    }

    @SuppressWarnings("try") // it sleeps as long as the block lasts
    private void sleepsAndGoesOn(String guarantee) throws Exception {
        try (Deployment application = new Deployment(kafka, directory, 2)
                        .set("processing.guarantee", guarantee)
                        .set("shed.policy", "DROP_OLDEST")
                        .set("processor", SlowProcessor.class.getName())
                        .set("processor.millis", 5)
                        .set("processing.timeout.ms", 1000)
                        .set("retry.max.retries", 0)
                        .set("workers", 4);
                Load load = application.load(1000, ShutdownIT.VALUE)) {
            SidecarProcess sidecar = application.startAssigned();
            application.awaitProgress(500);

            try (Suspension asleep = sidecar.suspend()) {
                Awaitility.await()
                        .pollDelay(SUSPENSION)
                        .atMost(SUSPENSION.multipliedBy(2))
                        .until(() -> true);
            }

            application.awaitProgress(500);
            sidecar.terminateConserved();
            load.stop();
            application.audit();
        }
    }
}
