package dev.spillway.runtime;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.spillway.Application;
import dev.spillway.Outcomes;
import dev.spillway.SpillwayCommand;
import dev.spillway.TestKafka;
import dev.spillway.config.Guarantee;
import dev.spillway.processor.ScriptedProcessor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Books that are off: a processor settles a record behind the product's back. */
@Timeout(120)
@SuppressWarnings("NullAway.Init") // JUnit sets the directory
class UnbalancedLedgerIT {
    @RegisterExtension
    static final TestKafka kafka = new TestKafka();

    @TempDir
    Path directory;

    @ParameterizedTest
    @EnumSource
    void anUnbalancedLedgerCommitsNothingAndExitsWithTwo(Guarantee guarantee) throws Exception {
        Application application = Application.on(kafka, 1)
                .guaranteeing(guarantee)
                .with("processor", ScriptedProcessor.class.getName())
                .with("commit.interval.ms", "15000"); // all of it is one epoch, however slow the machine
        kafka.client().produce(recordsWithOneCheat(application.input()));

        SpillwayCommand.Result result = SpillwayCommand.run(
                directory, "run", "--config", application.writeTo(directory).toString(), "--until-end");

        assertThat(result.exitCode()).as(result.err()).isEqualTo(2);
        assertThat(result.sentences())
                .as(result.err())
                .singleElement()
                .asString()
                .startsWith("spillway run: ")
                .contains(application.input() + "-0")
                .containsPattern("not conserved|settled twice");
        assertThat(result.out()).containsPattern("conserved +NO");
        assertThat(application.committed()).isEmpty();
        if (guarantee == Guarantee.EXACTLY_ONCE_V2) {
            Outcomes outcomes = application.outcomes();
            assertThat(outcomes.origins()).isEmpty();
        }
    }

    private static List<ProducerRecord<byte[], byte[]>> recordsWithOneCheat(String topic) {
        List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            String value = i == 7 ? "cheat" : "value-" + i;
            records.add(new ProducerRecord<>(topic, 0, null, value.getBytes(UTF_8)));
        }
        return records;
    }
}
