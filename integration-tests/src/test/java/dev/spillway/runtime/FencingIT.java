package dev.spillway.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spillway.TestKafka;
import java.nio.file.Path;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Two instances under one name. */
@Timeout(180)
class FencingIT {
    @RegisterExtension
    static final TestKafka kafka = new TestKafka();

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"exactly_once_v2", "at_least_once"})
    void theFirstOfTwoInstancesWithOneInstanceIdSaysThatTheOtherHasTakenOverAndExitsWith3(String guarantee)
            throws Exception {
        try (Deployment application = new Deployment(kafka, directory, 2)
                        .set("processing.guarantee", guarantee)
                        .set("shed.policy", "DROP_OLDEST")
                        .set("processor", SlowProcessor.class.getName())
                        .set("processor.millis", 5)
                        .set("instance.id", "twin")
                        .set("workers", 4);
                Load load = application.load(1000, ShutdownIT.VALUE)) {
            SidecarProcess first = application.startAssigned();
            application.awaitProgress(100);

            SidecarProcess second = application.startAssigned();

            assertThat(first.awaitExit(SidecarProcess.PATIENCE))
                    .as(first.toString())
                    .isEqualTo(3);
            assertThat(first.log())
                    .containsPattern("(?m)^spillway run: another instance with the same instance.id has taken over")
                    .doesNotContain("\tat ");
            second.awaitLog(" assigned \\[.+]");
            application.awaitProgress(100);
            second.terminateConserved();
            load.stop();
            application.audit();
        }
    }
}
