package dev.spillway.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spillway.Application;
import dev.spillway.SpillwayCommand;
import dev.spillway.TestKafka;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Processors and other plug-ins that fail in unusual ways. */
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

            int exitCode = sidecar.awaitExit(SidecarProcess.PATIENCE);

            assertThat(exitCode).as(sidecar.toString()).isEqualTo(2);
            assertThat(application.committed()).isZero();
            assertThat(sidecar.log()).as(sidecar.toString()).containsPattern("(?m)^spillway run: .*Java heap space");
        }
    }

    @Test
    void anErrorInTheThreadThatPollsEndsItInOrder() throws Exception {
        try (Deployment application = new Deployment(kafka, directory, 1)
                .set("shed.policy", "BLOCK")
                .set("processor", "identity")
                .set("workers", 2)
                .set("consumer.interceptor.classes", BrokenInterceptor.class.getName())) {
            application.produce(5, "record");
            SidecarProcess sidecar = application.startAssigned();

            int exitCode = sidecar.awaitExit(SidecarProcess.PATIENCE);

            assertThat(sidecar.out()).as(sidecar.toString()).contains("2 joined, 0 aborted");
            assertThat(exitCode).as(sidecar.toString()).isEqualTo(2);
            assertThat(application.committed()).isZero();
            assertThat(sidecar.log()).as(sidecar.toString()).containsPattern("(?m)^spillway run: .*com/example/Absent");
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

    @Test
    void aThreadThatAPlugInLeaksDoesNotKeepTheProcessFromItsEnd() throws Exception {
        Application application = Application.on(kafka, 1)
                .with("processor", BadProcessor.class.getName())
                .with("processor.fails", "thread");
        kafka.client()
                .produce(List.of(
                        new ProducerRecord<>(application.input(), 0, null, "record".getBytes(StandardCharsets.UTF_8))));

        SpillwayCommand.Result result = SpillwayCommand.run(
                directory, "run", "--config", application.writeTo(directory).toString(), "--until-end");

        assertThat(result.exitCode()).as(result.toString()).isZero();
        application.assertConserved();
    }
}
