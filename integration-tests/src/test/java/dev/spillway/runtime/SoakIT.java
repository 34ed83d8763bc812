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

/** Twice the capacity, for as long as {@code soak.minutes} says (30). */
@Tag("soak")
@Timeout(value = 2, unit = TimeUnit.HOURS)
class SoakIT {
    private static final double MIB = 1024 * 1024;
    private static final int MINUTES_OF_SOAK = Integer.getInteger("soak.minutes", 30);
    /** What two workers of 4 ms a record can do in a second. */
    private static final int CAPACITY = 500;
    /**
     * What Kafka's clients have just read is part of what lives, some MiB at one moment and none at another; what grows is seen in the
     * least of several moments.
     */
    private static final int SAMPLES = 10;

    @RegisterExtension
    static final TestKafka kafka = new TestKafka();

    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource({"exactly_once_v2, DROP_OLDEST", "at_least_once, DROP_NEWEST"})
    void theLiveHeapAtTheEndIsWhatItWasInTheFirstMinutes(String guarantee, String policy) throws Exception {
        try (Deployment application = new Deployment(kafka, directory, 2)
                        .set("processing.guarantee", guarantee)
                        .set("shed.policy", policy)
                        .set("processor", SlowProcessor.class.getName())
                        .set("processor.millis", 4)
                        .set("workers", 2)
                        .set("queue.capacity", 1000);
                Load load = application.load(2 * CAPACITY, "x".repeat(1000))) {
            SidecarProcess sidecar = application.startAssigned("-Xmx128m");
            List<Long> live = new ArrayList<>();
            long start = System.nanoTime();
            while (live.size() < 2 * SAMPLES || System.nanoTime() - start < MINUTES.toNanos(MINUTES_OF_SOAK)) {
                application.awaitProgress(SECONDS.convert(1, MINUTES) * CAPACITY, Duration.ofMinutes(5));
                live.add(sidecar.liveHeap());
                System.out.printf(
                        "%s %s, after %d s: %.1f MiB live%n",
                        guarantee,
                        policy,
                        SECONDS.convert(System.nanoTime() - start, TimeUnit.NANOSECONDS),
                        live.get(live.size() - 1) / MIB);
            }

            long first = Collections.min(live.subList(0, SAMPLES));
            long last = Collections.min(live.subList(live.size() - SAMPLES, live.size()));
            assertThat((double) last).as("%s", live).isLessThan(first + MIB);
            sidecar.terminateConserved();
            load.stop();
            application.audit();
        }
    }
}
