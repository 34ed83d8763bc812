package dev.spillway.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spillway.BreakableKafka;
import dev.spillway.ThreeBrokers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Pattern;
import org.apache.kafka.common.protocol.ApiKeys;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Members that come, go, and come back from the dead, under load. */
@Tag("faults")
@Timeout(240)
class GroupIT {
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private static final Duration LONGER_THAN_A_START = Duration.ofSeconds(40);

    @RegisterExtension
    static final BreakableKafka kafka = new BreakableKafka();

    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource({
        "exactly_once_v2, classic, DROP_OLDEST, false",
        "exactly_once_v2, consumer, DROP_NEWEST, true",
        "exactly_once_v2, classic, BLOCK, true",
        "at_least_once, classic, DROP_NEWEST, true",
        "at_least_once, consumer, BLOCK, false"
    })
    void fromOneInstanceToThreeAndBackNothingIsLost(String guarantee, String protocol, String policy, boolean named)
            throws Exception {
        try (Deployment application = application(guarantee, protocol, policy);
                Load load = application.load(500, ShutdownIT.VALUE)) {
            SidecarProcess first = start(application, named, "first");
            application.awaitProgress(200, PATIENCE);

            SidecarProcess second = start(application, named, "second");
            SidecarProcess third = start(application, named, "third");
            application.awaitProgress(500, PATIENCE);
            third.terminateConserved();
            second.terminateConserved();
            application.awaitProgress(200, PATIENCE);

            load.stop();
            application.awaitCaughtUp(6, PATIENCE);
            first.terminateConserved();
            assertThat(second.count("consumed") + third.count("consumed")).isPositive();
            application.audit();
        }
    }

    /** It wakes up with records in its workers' hands, and an epoch that it believes to be its own. */
    @ParameterizedTest
    @CsvSource({
        "exactly_once_v2, classic, DROP_OLDEST",
        "exactly_once_v2, consumer, BLOCK",
        "at_least_once, classic, BLOCK",
        "at_least_once, consumer, DROP_NEWEST"
    })
    @SuppressWarnings("try") // it sleeps as long as the block lasts
    void whatAZombieDoesWhenItWakesUpDoesNotCount(String guarantee, String protocol, String policy) throws Exception {
        try (Deployment application = application(guarantee, protocol, policy);
                Load load = application.load(500, ShutdownIT.VALUE)) {
            SidecarProcess first = application.startAssigned();
            SidecarProcess second = application.startAssigned();
            application.awaitProgress(200, PATIENCE);

            try (var asleep = first.suspend()) {
                application.awaitProgress(300, PATIENCE);
                load.stop();
                application.awaitCaughtUp(6, PATIENCE); // so the other one has got all of its partitions
            }

            application.produce(600, ShutdownIT.VALUE);
            application.awaitCaughtUp(6, PATIENCE);
            first.terminateConserved();
            second.terminateConserved();
            application.audit();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"exactly_once_v2", "at_least_once"})
    void aNameThatKafkaDoesNotReleaseUntilASessionIsOverIsWaitedFor(String guarantee) throws Exception {
        try (Deployment application = application(guarantee, "consumer", "BLOCK");
                Load load = application.load(500, ShutdownIT.VALUE)) {
            application.setSessionOfMembers(LONGER_THAN_A_START);
            SidecarProcess first = start(application, true, "one");
            application.awaitProgress(200, PATIENCE);

            first.kill();
            SidecarProcess second = start(application, true, "one");
            application.awaitProgress(200, PATIENCE);

            assertThat(second.logMatches(Pattern.compile("waiting until Kafka releases the name")))
                    .as(second.toString())
                    .isTrue();
            load.stop();
            application.awaitCaughtUp(6, PATIENCE);
            second.terminateConserved();
            application.audit();
        }
    }

    /** Kafka's brokers take it for a second one when it asks again: apache/kafka#23542. */
    @ParameterizedTest
    @ValueSource(strings = {"exactly_once_v2", "at_least_once"})
    void whoGetsNoAnswerWhenItJoinsUnderANameEndsAndCanBeStartedAgain(String guarantee) throws Exception {
        try (Deployment application =
                application(guarantee, "consumer", "BLOCK").set("instance.id", "one")) {
            kafka.brokers().cutAfter(ApiKeys.CONSUMER_GROUP_HEARTBEAT);
            SidecarProcess first = application.start();
            Awaitility.await("a member that waits for its answer")
                    .atMost(PATIENCE)
                    .until(() -> kafka.brokers().isAnyCut() && application.hasMembers());

            ThreeBrokers.ids().forEach(id -> kafka.brokers().relay(id).sever());
            kafka.brokers().mendAll();

            assertThat(first.awaitExit(PATIENCE)).as(first.toString()).isEqualTo(3);
            assertThat(first.log())
                    .containsPattern("(?m)^spillway run: Kafka takes this instance for a second one")
                    .doesNotContain("\tat ");
            SidecarProcess second = application.startAssigned();
            application.produce(600, ShutdownIT.VALUE);
            application.awaitCaughtUp(6, PATIENCE);
            second.terminateConserved();
            application.audit();
        }
    }

    private static SidecarProcess start(Deployment application, boolean named, String name) {
        if (named) {
            application.set("instance.id", name);
        }
        return application.startAssigned();
    }

    private Deployment application(String guarantee, String protocol, String policy) throws InterruptedException {
        Deployment application = new Deployment(kafka.brokers(), directory, 6)
                .set("processing.guarantee", guarantee)
                .set("consumer.group.protocol", protocol)
                .set("shed.policy", policy)
                .set("processor", SlowProcessor.class.getName())
                .set("processor.millis", 5)
                .set("processing.timeout.ms", 1000)
                .set("retry.max.retries", 0)
                .set("workers", 4);
        return protocol.equals("classic") ? application.set("consumer.session.timeout.ms", 6000) : application;
    }
}
