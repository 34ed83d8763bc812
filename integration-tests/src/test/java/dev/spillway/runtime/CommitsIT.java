package dev.spillway.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.spillway.Application;
import dev.spillway.RunningSidecar;
import dev.spillway.TestKafka;
import dev.spillway.config.Guarantee;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** When offsets are committed. */
@Timeout(120)
class CommitsIT {
    private static final Duration SOON = Duration.ofSeconds(30);

    @RegisterExtension
    static final TestKafka kafka = new TestKafka();

    @Test
    void anIntervalOfMinusOneCommitsNothingUntilShutdownAndThenAll() throws Exception {
        Application application =
                Application.on(kafka, 2).guaranteeing(Guarantee.AT_LEAST_ONCE).with("commit.interval.ms", "-1");
        kafka.client().produce(application.input(), 500);
        try (RunningSidecar sidecar = RunningSidecar.start(application.config())) {
            await("all results")
                    .atMost(SOON)
                    .until(() -> application.outcomes().processed().size() == 500);
            assertThat(application.committed()).isEmpty();
            kafka.client().produce(application.input(), 500);
            await("all further results")
                    .atMost(SOON)
                    .until(() -> application.outcomes().processed().size() == 1000);
            assertThat(application.committed()).isEmpty();

            ExitReport report = sidecar.stop();

            assertThat(report.isConserved()).as(report.render()).isTrue();
            assertThat(report.totals().epochs()).isEqualTo(1);
        }
        application.assertConserved();
    }

    @ParameterizedTest
    @EnumSource
    void anIntervalCommitsWhileTheSidecarRuns(Guarantee guarantee) throws Exception {
        Application application =
                Application.on(kafka, 2).guaranteeing(guarantee).with("commit.interval.ms", "50");
        kafka.client().produce(application.input(), 500);
        try (RunningSidecar sidecar = RunningSidecar.start(application.config())) {
            await("commits")
                    .atMost(SOON)
                    .until(() -> application.committed().values().stream()
                                    .mapToLong(offset -> offset)
                                    .sum()
                            == 500);

            application.assertConserved();
            assertThat(sidecar.state()).isInstanceOf(Lifecycle.Running.class);
        }
    }
}
