package dev.spillway.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spillway.TestKafka;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What happens to records when the group moves partitions from one instance to another. */
@Timeout(180)
class RebalanceIT {
    @RegisterExtension
    static final TestKafka kafka = new TestKafka();

    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource({
        "exactly_once_v2, classic, DROP_OLDEST",
        "exactly_once_v2, consumer, DROP_NEWEST",
        "at_least_once, classic, DROP_NEWEST",
        "at_least_once, consumer, BLOCK"
    })
    void aSecondInstanceJoinsAndLeavesInTheMiddleOfLoadAndNothingIsLost(
            String guarantee, String protocol, String policy) throws Exception {
        try (Deployment application = application(guarantee)
                        .set("shed.policy", policy)
                        .set("consumer.group.protocol", protocol)
                        .set("processor", SlowProcessor.class.getName())
                        .set("processor.millis", 5);
                Load load = application.load(2000, ShutdownIT.VALUE)) {
            SidecarProcess first = application.startAssigned();
            application.awaitProgress(300);

            SidecarProcess second = application.startAssigned();
            application.awaitProgressInEachPartition(100); // the first has one of the two left
            second.terminateConserved();
            application.awaitProgress(300);
            first.terminateConserved();

            load.stop();
            assertThat(first.log()).containsPattern(" revoked \\[.+]");
            assertThat(second.count("consumed")).as(second.toString()).isPositive();
            assertThat(first.count("consumed") + second.count("consumed")).isEqualTo(application.committed());
            assertNoneAborted(guarantee, first);
            assertNoneAborted(guarantee, second);
            application.audit();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"exactly_once_v2", "at_least_once"})
    void aFullQueueIsHandedToTheNextOwnerAtOnce(String guarantee) throws Exception {
        try (Deployment application = application(guarantee)
                .set("shed.policy", "BLOCK")
                .set("processor", SlowProcessor.class.getName())
                .set("processor.millis", 1000)
                .set("workers", 2)
                .set("queue.capacity", 500)
                .set("shutdown.timeout.ms", 6000)) {
            application.produce(1000, "record");
            SidecarProcess slow = application.startAssigned();
            application.awaitProgress(2);

            SidecarProcess quick = application.set("processor.millis", 0).startAssigned();
            application.awaitCaughtUp(1, Duration.ofSeconds(20)); // the slow one would need 250 s for its queue

            quick.terminateConserved();
            if (guarantee.equals(
                    "at_least_once")) { // the other may have aborted, see assertNoneAborted: then it has none left to
                // give
                assertThat(slow.log()).containsPattern(" revoked .+ [1-9][0-9]* untouched records stay with Kafka");
            }
            slow.terminateConserved();
            assertNoneAborted(guarantee, slow);
            assertThat(quick.count("consumed") + slow.count("consumed")).isEqualTo(application.committed());
            application.audit();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"exactly_once_v2", "at_least_once"})
    void workThatMissesTheDeadlineOfARevocationIsNotCommittedAndDoneByTheNextOwner(String guarantee) throws Exception {
        try (Deployment application = application(guarantee)
                .set("shed.policy", "BLOCK")
                .set("processor", SlowProcessor.class.getName())
                .set("processor.hold", "slow")
                .set("processor.name", "first")
                .set("processing.timeout.ms", 40_000)
                .set("retry.max.retries", 0)
                .set("consumer.max.poll.interval.ms", 9000)
                .set("consumer.session.timeout.ms", 6000)
                .set("workers", 4)
                .set("shutdown.timeout.ms", 6000)) {
            application.produce(4, "slow");
            SidecarProcess first = application.startAssigned().awaitLog("holding slow");

            application.set("processor.hold", "").set("processor.name", "second");
            SidecarProcess second = application.startAssigned();
            application.awaitCaughtUp(1, SidecarProcess.PATIENCE);
            first.kill();
            application.awaitCaughtUp();
            second.terminateConserved();

            assertThat(first.log()).contains("missed its deadline");
            assertThat(application.results()).hasSize(4).containsOnly("slow by second");
            application.audit();
        }
    }

    private Deployment application(String guarantee) throws InterruptedException {
        return new Deployment(kafka, directory, 2)
                .set("processing.guarantee", guarantee)
                .set("workers", 4);
    }

    /**
     * Under exactly once a rebalance may abort an epoch: while the group moves on to its next generation, the broker refuses offsets in a
     * transaction. What was aborted is done again; the audit shows that it counts once.
     */
    private static void assertNoneAborted(String guarantee, SidecarProcess sidecar) {
        if (guarantee.equals("at_least_once")) {
            assertThat(sidecar.row("epochs")).as(sidecar.toString()).endsWith(", 0 aborted)");
        }
    }
}
