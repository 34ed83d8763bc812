package dev.spillway.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.spillway.TestKafka;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** What a sidecar under load says to an operator's log. */
@Timeout(120)
class LogIT {
    private static final int GOOD = 15_000;
    private static final int BAD = 300;

    /** For a run of any length: it starts, gets partitions, sees its queue fill, ends. */
    private static final int MOST_LINES = 25;

    @RegisterExtension
    static final TestKafka kafka = new TestKafka();

    @TempDir
    Path directory;

    @Test
    void aRunThatShedsAndDeadLettersThousandsLogsAFewLinesAndNothingThatIsInARecord() throws Exception {
        try (Deployment deployment = new Deployment(kafka, directory, 2)) {
            deployment
                    .set("log.format", "json")
                    .set("shed.policy", "DROP_OLDEST")
                    .set("processor", "job")
                    .set("workers", 2)
                    .set("queue.capacity", 500)
                    .set("alarm.queue.ms", 200)
                    .set("retry.max.retries", 0);
            deployment.produce(GOOD, "{\"id\": \"c0ntent-0f-a-g00d-0ne\", \"type\": \"cpu\", \"iterations\": 3000000}");
            // The freshest are never shed: some of these are certainly taken.
            deployment.produce(BAD, "{\"type\": \"c0ntent-0f-a-bad-0ne");
            deployment.produce(BAD, "{\"id\": \"1\", \"type\": \"c0ntent-0f-an-unkn0wn-0ne\"}");

            SidecarProcess sidecar = deployment.start();
            deployment.awaitCaughtUp();
            sidecar.terminateConserved();

            assertThat(sidecar.count("dropped")).isGreaterThan(1000);
            assertThat(sidecar.count("dead-lettered")).isGreaterThan(0);
            List<JsonNode> lines = sidecar.log().lines().map(LogIT::parsed).toList();
            assertThat(lines).hasSizeBetween(5, MOST_LINES);
            assertThat(lines)
                    .allSatisfy(line -> assertThat(line.fieldNames())
                            .toIterable()
                            .contains("time", "level", "thread", "logger", "message"));
            assertThat(lines)
                    .extracting(line -> line.get("message").asText())
                    .anyMatch(message -> message.startsWith("assigned ["))
                    .anyMatch(message -> message.matches("(?i)running -> draining: .*signal.*"));
            assertThat(sidecar.log()).doesNotContain("c0ntent");
        }
    }

    @Test
    void whyARunFailedIsALineOfTheLogToo() throws Exception {
        try (Deployment deployment = new Deployment(kafka, directory, 1)) {
            deployment.set("log.format", "json").set("shed.policy", "BLOCK").set("processor", "com.example.Absent");

            SidecarProcess sidecar = deployment.start();
            assertThat(sidecar.awaitExit(SidecarProcess.PATIENCE)).isEqualTo(1);

            assertThat(sidecar.log().lines().map(LogIT::parsed))
                    .last()
                    .satisfies(line -> assertThat(line.get("message").asText())
                            .startsWith("spillway run: ")
                            .contains("com.example.Absent"))
                    .satisfies(line -> assertThat(line.get("level").asText()).isEqualTo("ERROR"));
        }
    }

    private static JsonNode parsed(String line) {
        try {
            return new ObjectMapper().readTree(line);
        } catch (JsonProcessingException e) {
            throw new AssertionError("no JSON: " + line, e);
        }
    }
}
