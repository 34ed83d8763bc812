package dev.spillway.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spillway.TestKafka;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Work that is slow beside the transaction time-out. */
@Timeout(180)
@Execution(ExecutionMode.CONCURRENT)
class SlowWorkIT {
    @RegisterExtension
    static final TestKafka kafka = new TestKafka();

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"BLOCK", "DROP_OLDEST", "DROP_NEWEST"})
    void workersOfASecondBehindAQueueOf500CommitEpochAfterEpochAndAbortNone(String policy) throws Exception {
        try (Deployment application = new Deployment(kafka, directory, 2)
                        .set("processing.guarantee", "exactly_once_v2")
                        .set("shed.policy", policy)
                        .set("processor", SlowProcessor.class.getName())
                        .set("processor.millis", 1000)
                        .set("workers", 4)
                        .set("queue.capacity", 500)
                        .set("processing.timeout.ms", 3000)
                        .set("retry.max.retries", 0)
                        .set("producer.transaction.timeout.ms", 12_000)
                        .set("shutdown.timeout.ms", 8000);
                Load load = application.load(100, "record")) {
            application.produce(1000, "record");
            SidecarProcess sidecar = application.startAssigned();
            for (int epochs = 0; epochs < 3; epochs++) {
                application.awaitProgress(1, Duration.ofSeconds(20));
            }

            sidecar.terminateConserved();

            load.stop();
            assertThat(sidecar.row("epochs")).as(sidecar.toString()).endsWith(", 0 aborted)");
            application.audit();
        }
    }
}
