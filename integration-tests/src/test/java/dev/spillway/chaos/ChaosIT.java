package dev.spillway.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spillway.ThreeBrokers;
import dev.spillway.config.Guarantee;
import dev.spillway.runtime.Deployment;
import dev.spillway.runtime.Load;
import dev.spillway.runtime.SlowProcessor;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Load, three brokers, three sidecars, and for a while one fault after the other; then quiet, an audit, and a report. */
@Tag("chaos")
@Timeout(3600)
class ChaosIT {
    private static final int PER_SECOND = 600;
    private static final int PARTITIONS = 6;
    private static final String VALUE = "a record";
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    private final ChaosPlan plan = ChaosPlan.fromProperties();

    @TempDir
    Path directory;

    @Test
    void whateverHappensNothingIsLost() throws Exception {
        System.out.println("Chaos: " + plan.command());
        try (ThreeBrokers brokers = ThreeBrokers.start();
                Deployment deployment = deployment(brokers);
                Load load = deployment.load(PER_SECOND, VALUE)) {
            Crew crew = new Crew(deployment, List.of(1, 2, 3), plan.named());
            deployment.awaitProgress(PER_SECOND, PATIENCE);
            try (Progress progress = new Progress(brokers.client(), deployment.id());
                    EpochCounts epochs = new EpochCounts(crew::processes)) {
                List<Incident> incidents = new Storm(brokers, crew, new Random(plan.seed())).rage(plan.duration());

                deployment.awaitProgress(PER_SECOND, PATIENCE);
                load.stop();
                deployment.awaitCaughtUp(PARTITIONS, PATIENCE);
                crew.requireAlive();
                crew.terminateConserved();
                progress.stop();
                epochs.stop();
                Deployment.Count count = deployment.count();
                ChaosReport report = new ChaosReport(
                        plan, incidents, progress, count, epochs, crew.exitCodes(), crew.namesRefused());
                System.out.println(report.text());
                System.out.println("The report is " + report.write().toAbsolutePath());
                assertThat(count.lost()).isZero();
                if (plan.guarantee() == Guarantee.EXACTLY_ONCE_V2) {
                    assertThat(count.duplicated()).isZero();
                }
                deployment.audit();
            }
        }
    }

    private Deployment deployment(ThreeBrokers brokers) throws InterruptedException {
        Deployment deployment = new Deployment(brokers, directory, PARTITIONS)
                .set("processing.guarantee", plan.guarantee().configValue())
                .set("shed.policy", plan.policy())
                .set("consumer.group.protocol", plan.protocol())
                .set("processor", SlowProcessor.class.getName())
                .set("processor.millis", 5)
                .set("workers", 4)
                .set("queue.capacity", 500)
                .set("processing.timeout.ms", 1000)
                .set("retry.max.retries", 0)
                .set("shutdown.timeout.ms", 8000)
                .set("admin.listen", "127.0.0.1:0");
        return plan.protocol().equals("classic")
                ? deployment
                        .set("consumer.session.timeout.ms", 6000)
                        .set(
                                "consumer.partition.assignment.strategy",
                                "org.apache.kafka.clients.consumer.CooperativeStickyAssignor")
                : deployment;
    }
}
