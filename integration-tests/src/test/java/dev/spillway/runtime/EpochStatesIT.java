package dev.spillway.runtime;

import dev.spillway.BreakableKafka;
import java.nio.file.Path;
import org.apache.kafka.common.protocol.ApiKeys;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code kill -9} at each step of an epoch's life. Which step it is the network sees to: it is cut at the request that would end it. */
@Tag("faults")
@Timeout(240)
class EpochStatesIT {
    private static final int RECORDS = 200;

    @RegisterExtension
    static final BreakableKafka kafka = new BreakableKafka();

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"exactly_once_v2", "at_least_once"})
    void whatAnOpenEpochHeldIsDoneAgain(String guarantee) throws Exception {
        try (Deployment application = application(guarantee).set("commit.interval.ms", 20_000)) {
            application.produce(RECORDS, "record");
            SidecarProcess sidecar = application.startAssigned();
            application.awaitSent(RECORDS);

            sidecar.kill();

            application.set("commit.interval.ms", 100);
            assertThatTheNextOneFinishes(application);
        }
    }

    /** The one that is held keeps the first epoch from joining; the others belong to it or to the next one. */
    @ParameterizedTest
    @ValueSource(strings = {"exactly_once_v2", "at_least_once"})
    void whatASealedEpochHeldThatWaitsForAWorkerIsDoneAgain(String guarantee) throws Exception {
        try (Deployment application = application(guarantee).set("processor.hold", "held")) {
            application.produceTo(0, "held");
            application.produce(RECORDS, "record");
            SidecarProcess sidecar = application.startAssigned().awaitLog("holding held");
            application.produce(RECORDS, "record");
            application.awaitSent(2 * RECORDS);

            sidecar.kill();

            application.set("processor.hold", "");
            assertThatTheNextOneFinishes(application);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "exactly_once_v2, TXN_OFFSET_COMMIT, false",
        "exactly_once_v2, TXN_OFFSET_COMMIT, true",
        "exactly_once_v2, END_TXN, false",
        "exactly_once_v2, END_TXN, true",
        "at_least_once, OFFSET_COMMIT, false",
        "at_least_once, OFFSET_COMMIT, true"
    })
    void anEpochThatIsBeingCommittedIsCommittedOrDoneAgain(String guarantee, ApiKeys request, boolean arrives)
            throws Exception {
        try (Deployment application = application(guarantee)) {
            SidecarProcess sidecar = application.startAssigned();
            if (arrives) {
                kafka.brokers().cutAfter(request);
            } else {
                kafka.brokers().cutBefore(request);
            }
            application.produce(RECORDS, "record");
            Awaitility.await("a commit").atMost(SidecarProcess.PATIENCE).until(kafka.brokers()::isAnyCut);

            sidecar.kill();

            kafka.brokers().mendAll();
            assertThatTheNextOneFinishes(application);
        }
    }

    private static void assertThatTheNextOneFinishes(Deployment application) throws InterruptedException {
        SidecarProcess next = application.startAssigned();
        application.awaitCaughtUp();
        next.terminateConserved();
        application.audit();
    }

    private Deployment application(String guarantee) throws InterruptedException {
        return new Deployment(kafka.brokers(), directory, 2)
                .set("processing.guarantee", guarantee)
                .set("shed.policy", "BLOCK")
                .set("processor", SlowProcessor.class.getName())
                .set("instance.id", "one")
                .set("commit.interval.ms", 100)
                .set("queue.capacity", 1000)
                .set("workers", 4);
    }
}
