package dev.spillway.runtime;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.spillway.Application;
import dev.spillway.Outcomes;
import dev.spillway.TestKafka;
import dev.spillway.processor.WatchedProcessor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which records wait for each other. */
@Timeout(120)
class OrderingIT {
    private static final int RECORDS = 2000;
    private static final int KEYS = 20;

    @RegisterExtension
    static final TestKafka kafka = new TestKafka();

    @ParameterizedTest
    @CsvSource({
        "exactly_once_v2, BLOCK, key",
        "exactly_once_v2, DROP_OLDEST, key",
        "at_least_once, BLOCK, key",
        "at_least_once, DROP_NEWEST, key",
        "exactly_once_v2, BLOCK, partition",
        "at_least_once, DROP_OLDEST, partition"
    })
    void recordsThatWaitForEachOtherAreProcessedOneByOneInOrderRetriesIncluded(
            String guarantee, String policy, String ordering) throws Exception {
        WatchedProcessor.reset(false);
        Application application = Application.on(kafka, 2)
                .with("processing.guarantee", guarantee)
                .with("shed.policy", policy)
                .with("ordering", ordering)
                .with("processor", WatchedProcessor.class.getName())
                .with("retry.backoff.ms", "5")
                .with("circuit.breaker.window", "0")
                .with("workers", "8");
        kafka.client().produce(records(application.input()));

        ExitReport report = application.runUntilEnd();

        assertThat(report.isConserved()).as(report.render()).isTrue();
        assertThat(report.totals().aborted()).isZero();
        application.assertConserved();
        assertThat(WatchedProcessor.overlaps()).isEmpty();
        assertThat(WatchedProcessor.done())
                .allSatisfy((lane, offsets) -> assertThat(offsets).isSorted());
        assertThat(resultsByKey(application))
                .allSatisfy((lane, offsets) -> assertThat(offsets).isSorted());
        if (policy.equals("BLOCK")) {
            assertThat(report.totals().committed().processed()).isEqualTo(RECORDS);
            assertThat(WatchedProcessor.failures()).isEqualTo(RECORDS / 10);
        }
    }

    private static List<ProducerRecord<byte[], byte[]>> records(String topic) {
        List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
        for (int i = 0; i < RECORDS; i++) {
            int key = i % KEYS;
            String value = (i % 10 == 0 ? "twice " : "record ") + i;
            records.add(new ProducerRecord<>(topic, key % 2, bytes("key " + key), bytes(value)));
        }
        return records;
    }

    /** Offsets of origins by origin partition and key, in the order of the output topic. */
    private static Map<String, List<Long>> resultsByKey(Application application) {
        Map<String, List<Long>> offsets = new HashMap<>();
        for (ConsumerRecord<byte[], byte[]> result : application.outcomes().processed()) {
            String origin = Outcomes.header(result, "spillway.origin");
            offsets.computeIfAbsent(new String(result.key(), UTF_8), key -> new ArrayList<>())
                    .add(Long.parseLong(origin.substring(origin.indexOf('@') + 1)));
        }
        return offsets;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }
}
