package dev.spillway.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spillway.ledger.Origin;
import java.util.Map;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.junit.jupiter.api.Test;

class SpoiledOriginsTest {
    private final SpoiledOrigins spoiled = new SpoiledOrigins();

    private static Delivery delivery(long offset) {
        return new Delivery(Samples.record(Samples.IN, offset));
    }

    @Test
    void a_record_that_was_not_remembered_may_be_processed() {
        assertThat(spoiled.reasonFor(delivery(1))).isEmpty();

        spoiled.remember(new Origin("in", 0, 2), new RecordTooLargeException("too large"));

        assertThat(spoiled.reasonFor(delivery(1))).isEmpty();
    }

    @Test
    void a_record_whose_result_was_refused_is_known_whenever_it_comes_again() {
        spoiled.remember(new Origin("in", 0, 2), new RecordTooLargeException("too large"));

        for (int i = 0; i < 2; i++) {
            assertThat(spoiled.reasonFor(delivery(2)))
                    .hasValueSatisfying(reason -> assertThat(reason).contains("RecordTooLarge", "too large"));
        }
    }

    @Test
    void what_is_committed_is_forgotten() {
        for (long offset = 5; offset < 8; offset++) {
            spoiled.remember(new Origin("in", 0, offset), new RecordTooLargeException("too large"));
        }
        spoiled.remember(new Origin("in", 1, 5), new RecordTooLargeException("too large"));

        spoiled.forgetBelow(Map.of(new TopicPartition("in", 0), new OffsetAndMetadata(7)));

        assertThat(spoiled.reasonFor(delivery(6))).isEmpty();
        assertThat(spoiled.reasonFor(delivery(7))).isPresent();
        assertThat(spoiled.reasonFor(new Delivery(Samples.record(new TopicPartition("in", 1), 5))))
                .isPresent();
    }

    @Test
    void what_is_remembered_is_bounded() {
        RecordTooLargeException cause = new RecordTooLargeException("too large");
        for (int i = 0; i < 100_000; i++) {
            spoiled.remember(new Origin("in", 0, i), cause);
        }

        assertThatThrownBy(() -> spoiled.remember(new Origin("in", 0, 100_000), cause))
                .isInstanceOf(SinkException.class)
                .hasMessageContaining("output topic")
                .hasCause(cause);
    }
}
