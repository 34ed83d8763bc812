package dev.spillway.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spillway.TestKafka;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Processors that fail in unusual ways. */
@Timeout(180)
class BadProcessorIT {
    @RegisterExtension
    static final TestKafka kafka = new TestKafka();

    @TempDir
    Path directory;

    private Deployment application(String fails) throws InterruptedException {
        return new Deployment(kafka, directory, 1)
                .set("shed.policy", "BLOCK")
                .set("processor", BadProcessor.class.getName())
                .set("processor.fails", fails)
                .set("retry.max.retries", 0)
                .set("workers", 2);
    }

    @Test
    void aProcessorThatCannotBeClosedDoesNotCostTheReport() throws Exception {
        try (Deployment application = application("close")) {
            application.produce(50, "record");
            SidecarProcess sidecar = application.startAssigned();
            application.awaitCaughtUp();

            int exitCode = sidecar.terminate();

            assertThat(sidecar.out()).as(sidecar.toString()).contains("conserved");
            assertThat(exitCode).as(sidecar.toString()).isNotEqualTo(1);
        }
    }

    @Test
    void whenMemoryIsUsedUpTheReasonIsSaidInASentence() throws Exception {
        try (Deployment application = application("memory")) {
            application.produce(5, "record");
            SidecarProcess sidecar = application.startAssigned();

            sidecar.awaitExit(SidecarProcess.PATIENCE);

            assertThat(sidecar.log()).as(sidecar.toString()).containsPattern("(?m)^spillway run: .*Java heap space");
        }
    }

    @Test
    void aFailureThatCannotSayWhatItIsStopsNothing() throws Exception {
        try (Deployment application = application("message")) {
            application.produce(5, "record");
            SidecarProcess sidecar = application.startAssigned();
            application.awaitCaughtUp();
            sidecar.terminateConserved();
            application.audit();
        }
    }
}
