package dev.spillway.runtime;

import static java.util.concurrent.TimeUnit.MINUTES;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.spillway.TestKafka;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * More than the capacity, for as long as {@code soak.minutes} says (30), for two hours at most, and at twenty times the capacity for ten
 * minutes; never for less than twenty samples take.
 */
@Tag("soak")
@Timeout(value = 3, unit = TimeUnit.HOURS)
class SoakIT {
    private static final double MIB = 1024 * 1024;
    private static final int MINUTES_OF_SOAK = Integer.getInteger("soak.minutes", 30);
    private static final int WORKERS = 2;

    /**
     * What Kafka's clients have just read is part of what lives, some MiB at one moment and none at another; what grows is seen in the
     * least of several moments.
     */
    private static final int SAMPLES = 10;

    private static final long SECONDS_BETWEEN_SAMPLES = 30;

    @RegisterExtension
    static final TestKafka kafka = new TestKafka();

    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource({
        "exactly_once_v2, DROP_OLDEST, 4, 2, -Xmx128m, 120",
        "at_least_once, DROP_NEWEST, 4, 2, -Xmx128m, 120",
        "exactly_once_v2, DROP_OLDEST, 10, 20, -Xmx64m, 10",
        "at_least_once, DROP_NEWEST, 10, 20, -Xmx64m, 10"
    })
    void theLiveHeapAtTheEndIsWhatItWasInTheFirstMinutes(
            String guarantee, String policy, int workMillis, int overload, String heap, int minutesAtMost)
            throws Exception {
        int perSecond = overload * WORKERS * 1000 / workMillis;
        int minutes = Math.min(minutesAtMost, MINUTES_OF_SOAK);
        try (Deployment application = new Deployment(kafka, directory, 2)
                        .set("processing.guarantee", guarantee)
                        .set("shed.policy", policy)
                        .set("processor", SlowProcessor.class.getName())
                        .set("processor.millis", workMillis)
                        .set("workers", WORKERS)
                        .set("queue.capacity", 1000);
                Load load = application.load(perSecond, "x".repeat(1000))) {
            SidecarProcess sidecar = application.startAssigned(heap);
            List<Long> live = new ArrayList<>();
            long start = System.nanoTime();
            while (live.size() < 2 * SAMPLES || System.nanoTime() - start < MINUTES.toNanos(minutes)) {
                application.awaitProgress(SECONDS_BETWEEN_SAMPLES * perSecond, Duration.ofMinutes(5));
                live.add(sidecar.liveHeap());
                System.out.printf(
                        "%s %s, %d times the capacity in %s, after %d s: %.1f MiB live%n",
                        guarantee,
                        policy,
                        overload,
                        heap,
                        SECONDS.convert(System.nanoTime() - start, TimeUnit.NANOSECONDS),
                        live.get(live.size() - 1) / MIB);
            }

            long first = Collections.min(live.subList(0, SAMPLES));
            long last = Collections.min(live.subList(live.size() - SAMPLES, live.size()));
            assertThat((double) last).as("%s", live).isLessThan(first + MIB);
            sidecar.terminateConserved();
            load.stop();
            assertThat(sidecar.log()).doesNotContain("OutOfMemoryError");
            // A quarter: how much of the overload arrives, a busy machine decides, too.
            assertThat(4 * sidecar.count("dropped")).isGreaterThan(overload * sidecar.count("processed"));
            application.audit();
        }
    }
}
