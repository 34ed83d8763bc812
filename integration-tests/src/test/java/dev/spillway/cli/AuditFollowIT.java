package dev.spillway.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.spillway.Application;
import dev.spillway.CtrlC;
import dev.spillway.RunningSidecar;
import dev.spillway.SpillwayCommand;
import dev.spillway.TestKafka;
import java.nio.file.Path;
import java.util.List;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** {@code audit --follow} beside a sidecar that works. */
@Timeout(120)
@SuppressWarnings("NullAway.Init") // set up before each test
class AuditFollowIT {
    @RegisterExtension
    static final TestKafka kafka = new TestKafka();

    @TempDir
    Path directory;

    private Application application;
    private String config;

    @BeforeEach
    void configure() throws Exception {
        application = Application.on(kafka, 2);
        config = application.writeTo(directory).toString();
    }

    @Test
    void itProvesStretchAfterStretchAndEndsAtTheFirstFault() throws Exception {
        kafka.client().produce(application.input(), 500);
        try (RunningSidecar sidecar = RunningSidecar.start(application.config());
                SpillwayCommand.Running audit = follow()) {
            audit.awaitOut("proven .* 500 in all");
            kafka.client().produce(application.input(), 300);
            audit.awaitOut("proven .* 800 in all");

            kafka.client().produce(List.of(secondOutcome()));

            SpillwayCommand.Result result = audit.awaitExit();
            assertThat(result.exitCode()).as(result.out() + result.err()).isEqualTo(2);
            assertThat(result.out()).contains("NOT CONSERVED: 1 duplicated", application.input() + "-0@0");
            sidecar.stop();
        }
    }

    @Test
    void itBeginsWithWhatIsCommittedFromNowOnAndCtrlCEndsItWithWhatItProved() throws Exception {
        CtrlC.assumeHeeded();
        kafka.client().produce(application.input(), 200);
        try (RunningSidecar sidecar = RunningSidecar.start(application.config())) {
            try (SpillwayCommand.Running first = follow()) {
                first.awaitOut("proven .* 200 in all");
            }
            try (SpillwayCommand.Running audit = follow("--from", "latest")) {
                while (!audit.out().contains("proven")) {
                    kafka.client().produce(application.input(), 50);
                }
                CtrlC.sendTo(audit.process().pid());

                SpillwayCommand.Result result = audit.awaitExit();
                assertThat(result.exitCode()).as(result.out() + result.err()).isZero();
                assertThat(result.out()).contains("CONSERVED: each of ");
            }
            sidecar.stop();
        }
    }

    private SpillwayCommand.Running follow(String... more) throws Exception {
        String[] arguments = {"audit", "--config", config, "--follow", "--every", "100ms", "--from", "beginning"};
        System.arraycopy(more, 0, arguments, arguments.length - 2, more.length);
        return SpillwayCommand.start(directory, arguments);
    }

    /** What nobody but a broken sidecar would write. */
    private ProducerRecord<byte[], byte[]> secondOutcome() {
        ProducerRecord<byte[], byte[]> outcome =
                new ProducerRecord<>(application.setting("output.topic"), null, "again".getBytes(UTF_8));
        outcome.headers().add("spillway.origin", (application.input() + "-0@0").getBytes(UTF_8));
        return outcome;
    }
}
