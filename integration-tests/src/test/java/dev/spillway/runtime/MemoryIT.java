package dev.spillway.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spillway.TestKafka;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How much memory overload takes. */
@Timeout(180)
class MemoryIT {
    private static final long MIB = 1024 * 1024;

    @RegisterExtension
    static final TestKafka kafka = new TestKafka();

    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource({"exactly_once_v2, DROP_OLDEST", "at_least_once, DROP_NEWEST"})
    void aThousandRecordsOfAKilobyteAtTenTimesOverloadRunIn64MiBWithoutGrowth(String guarantee, String policy)
            throws Exception {
        try (Deployment application = new Deployment(kafka, directory, 2)
                        .set("processing.guarantee", guarantee)
                        .set("shed.policy", policy)
                        .set("processor", SlowProcessor.class.getName())
                        .set("processor.millis", 4)
                        .set("workers", 2)
                        .set("queue.capacity", 1000);
                Load load = application.load(5000, "x".repeat(1000))) {
            SidecarProcess sidecar = application.startAssigned("-Xmx64m");
            application.awaitProgress(15_000);
            long begin = leastLiveHeap(sidecar, application);

            application.awaitProgress(40_000);

            assertThat(leastLiveHeap(sidecar, application))
                    .isLessThan(begin + 4 * MIB)
                    .isLessThan(40 * MIB);
            sidecar.terminateConserved();
            load.stop();
            assertThat(sidecar.log()).doesNotContain("OutOfMemoryError");
            assertThat(sidecar.count("dropped")).isGreaterThan(7 * sidecar.count("processed"));
            application.audit();
        }
    }

    /** Of a few looks: what is fetched and not yet polled, or sent and not yet acknowledged, comes and goes. */
    private static long leastLiveHeap(SidecarProcess sidecar, Deployment application)
            throws IOException, InterruptedException {
        long least = sidecar.liveHeap();
        for (int look = 1; look < 4; look++) {
            application.awaitProgress(2000);
            least = Math.min(least, sidecar.liveHeap());
        }
        return least;
    }
}
