package dev.spillway.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spillway.flow.CancellationToken;
import dev.spillway.flow.SkippingTime;
import dev.spillway.ledger.Origin;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class OriginalsTest {
    private static final TopicPartition ORDERS = new TopicPartition("orders", 0);

    private final MockConsumer<byte[], byte[]> consumer = new MockConsumer<>("earliest");
    private final Originals originals =
            new Originals(consumer, new SkippingTime(), Duration.ofSeconds(30), CancellationToken.root());

    @BeforeEach
    void makeTopic() {
        Records.topic(consumer, "orders", 1);
        consumer.updateBeginningOffsets(Map.of(ORDERS, 5L));
        consumer.updateEndOffsets(Map.of(ORDERS, 10L));
    }

    @Test
    void a_record_is_fetched_by_its_origin_and_others_are_not() {
        consumer.schedulePollTask(() -> {
            for (long offset = 7; offset < 10; offset++) {
                consumer.addRecord(Records.record("orders", 0, offset, "k" + offset, Map.of("h", "v\u001b")));
            }
        });
        Originals.Findings findings = originals.fetch(List.of(at(7), at(9)));
        assertThat(findings.gone()).isEmpty();
        assertThat(findings.present()).containsOnlyKeys(at(7), at(9));
        assertThat(Objects.requireNonNull(findings.present().get(at(9))).text())
                .contains("origin   orders-0@9")
                .contains("key      k9")
                .contains("headers  h: v\\u{1b}")
                .contains("value    (no value)");
    }

    @Test
    void what_is_no_longer_there_or_not_yet_or_never_will_be_is_told_with_the_reason() {
        Map<Origin, String> gone = originals
                .fetch(List.of(at(4), at(10), new Origin("orders", 3, 1)))
                .gone();
        assertThat(gone.get(at(4))).contains("no longer retained: the partition begins at 5");
        assertThat(gone.get(at(10))).contains("ends at 10");
        assertThat(gone.get(new Origin("orders", 3, 1))).contains("no such partition");
    }

    @Test
    void an_offset_without_a_record_is_told() {
        consumer.schedulePollTask(() -> consumer.addRecord(Records.record("orders", 0, 8, "k", Map.of())));
        consumer.schedulePollTask(() -> consumer.seek(ORDERS, 9));
        assertThat(originals.fetch(List.of(at(6))).gone().get(at(6))).contains("holds no record");
    }

    private static Origin at(long offset) {
        return new Origin("orders", 0, offset);
    }
}
