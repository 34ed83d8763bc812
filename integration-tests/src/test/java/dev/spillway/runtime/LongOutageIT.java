package dev.spillway.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.spillway.BreakableKafka;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** All brokers are out of the sidecar's reach for a minute while others go on to produce. */
@Tag("faults")
@Timeout(420)
class LongOutageIT {
    private static final long MIB = 1024 * 1024;
    private static final Duration HALF = Duration.ofSeconds(30);
    /** A producer's call that was under way may wait for another max.block.ms; then for a busy machine. */
    private static final Duration RECOVERY = Duration.ofMinutes(3);

    @RegisterExtension
    static final BreakableKafka kafka = new BreakableKafka();

    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource({"exactly_once_v2, DROP_OLDEST", "at_least_once, DROP_NEWEST", "at_least_once, BLOCK"})
    void aMinuteWithoutBrokersTakesNoMemoryAndNothingIsLost(String guarantee, String policy) throws Exception {
        try (Deployment application = new Deployment(kafka.brokers(), directory, 3)
                        .set("processing.guarantee", guarantee)
                        .set("shed.policy", policy)
                        .set("processor", SlowProcessor.class.getName())
                        .set("processor.millis", 5)
                        .set("workers", 4)
                        .set("consumer.session.timeout.ms", 6000)
                        .set("processing.timeout.ms", 1000)
                        .set("retry.max.retries", 0);
                Load load = application.load(500, ShutdownIT.VALUE)) {
            SidecarProcess sidecar = application.startAssigned("-Xmx64m");
            application.awaitProgress(2000);
            long before = sidecar.liveHeap();

            kafka.brokers().cutAll();
            await().pollDelay(HALF).atMost(RECOVERY).until(() -> true);
            long during = sidecar.liveHeap();
            await().pollDelay(HALF).atMost(RECOVERY).until(() -> true);
            long atItsEnd = sidecar.liveHeap();
            kafka.brokers().mendAll();
            application.awaitProgress(1000, RECOVERY);

            assertThat(during).isLessThan(before + 6 * MIB);
            assertThat(atItsEnd).isLessThan(before + 6 * MIB);
            sidecar.terminateConserved();
            load.stop();
            application.audit();
        }
    }
}
