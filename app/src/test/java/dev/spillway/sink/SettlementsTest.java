package dev.spillway.sink;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spillway.flow.Distribution;
import dev.spillway.flow.ManualTime;
import dev.spillway.flow.ShedReason;
import dev.spillway.ledger.Ledger;
import dev.spillway.ledger.Outcome;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SettlementsTest {
    private final ManualTime time = new ManualTime();
    private final Settlements settlements = new Settlements(time);
    private final MockProducer<byte @Nullable [], byte @Nullable []> producer = Samples.producer(false);
    private final Publisher whenSent = publisher(Publisher.Settlement.WHEN_SENT);
    private final Publisher whenAcknowledged = publisher(Publisher.Settlement.WHEN_ACKNOWLEDGED);
    private final Ledger ledger = new Ledger(() -> {});
    private long nextOffset;

    private Publisher publisher(Publisher.Settlement settlement) {
        return new Publisher(
                producer,
                Samples.outputs(time),
                new SpoiledOrigins(),
                settlement,
                settlements,
                false,
                KafkaErrors::isFatal,
                () -> {});
    }

    private Delivery delivery(Publisher publisher) {
        return Samples.admitted(Samples.record(Samples.IN, nextOffset++), ledger, publisher);
    }

    private Delivery delivery(long timestamp) {
        var record = new ConsumerRecord<byte @Nullable [], byte @Nullable []>(
                "in",
                0,
                nextOffset++,
                timestamp,
                TimestampType.CREATE_TIME,
                -1,
                -1,
                null,
                null,
                new RecordHeaders(),
                Optional.empty());
        return Samples.admitted(record, ledger, whenSent);
    }

    @Test
    void each_outcome_is_counted_by_its_reason() throws Exception {
        Samples.process(whenSent, delivery(whenSent), List.of());
        Samples.drop(whenSent, delivery(whenSent), ShedReason.DROP_NEWEST);
        Samples.drop(whenSent, delivery(whenSent), ShedReason.DROP_NEWEST);
        whenSent.deadLettered(delivery(whenSent), DeadLetterCause.TIMED_OUT, "too slow", 3);

        Settlements.Counts counts = settlements.counts();
        assertThat(counts.processed()).isEqualTo(1);
        assertThat(counts.dropped()).isEqualTo(Map.of(ShedReason.DROP_NEWEST, 2L, ShedReason.DROP_OLDEST, 0L));
        assertThat(counts.deadLettered())
                .containsEntry(DeadLetterCause.TIMED_OUT, 1L)
                .containsEntry(DeadLetterCause.PERMANENT_FAILURE, 0L);
        assertThat(counts.allDropped() + counts.allDeadLettered()).isEqualTo(3);
    }

    @Test
    void what_a_stage_gives_up_is_counted_for_it_once() {
        Delivery givenUp = delivery(whenSent);
        whenSent.deadLettered(givenUp, DeadLetterCause.PERMANENT_FAILURE, "no", 1, "store");
        whenSent.deadLettered(givenUp, DeadLetterCause.PERMANENT_FAILURE, "a second piece of it", 1, "store");
        whenSent.deadLettered(delivery(whenSent), DeadLetterCause.REFUSED, "by Kafka", 1, null);

        Settlements.Counts counts = settlements.counts();
        assertThat(counts.deadLetteredIn("store")).isEqualTo(1);
        assertThat(counts.deadLetteredIn("validate")).isZero();
        assertThat(counts.deadLetteredIn(null)).isZero();
    }

    @Test
    void what_is_settled_together_is_counted_each_by_its_own_reason_and_age() {
        Delivery young = delivery(time.currentTimeMillis());
        Delivery old = delivery(time.currentTimeMillis() - 60_000);
        Delivery asOld = delivery(time.currentTimeMillis() - 60_000);
        whenSent.decideDropped(young, ShedReason.DROP_NEWEST);
        whenSent.decideDropped(old, ShedReason.DROP_NEWEST);
        whenSent.decideDropped(asOld, ShedReason.DROP_OLDEST);

        Publisher.publishAll(List.of(young, old, asOld));

        Settlements.Counts counts = settlements.counts();
        assertThat(counts.dropped()).isEqualTo(Map.of(ShedReason.DROP_NEWEST, 2L, ShedReason.DROP_OLDEST, 1L));
        assertThat(counts.age().total()).isEqualTo(3);
        assertThat(counts.age().seconds()).isEqualTo(120);
    }

    @Test
    void at_least_once_an_outcome_counts_when_it_is_acknowledged() {
        Samples.drop(whenAcknowledged, delivery(whenAcknowledged), ShedReason.DROP_OLDEST);
        assertThat(settlements.counts().allDropped()).isZero();

        producer.completeNext();

        assertThat(settlements.counts().allDropped()).isEqualTo(1);
    }

    @Test
    void what_an_aborted_epoch_refuses_does_not_count() {
        whenSent.close();

        Samples.drop(whenSent, delivery(whenSent), ShedReason.DROP_OLDEST);

        assertThat(settlements.counts().allDropped()).isZero();
    }

    @Test
    void age_is_now_less_the_records_own_timestamp() throws Exception {
        Delivery delivery = delivery(time.currentTimeMillis());
        time.advance(Duration.ofMillis(1500));
        Samples.process(whenSent, delivery, List.of());

        Distribution.Counts age = settlements.counts().age();
        assertThat(age.total()).isEqualTo(1);
        assertThat(age.seconds()).isEqualTo(1.5);
    }

    @Test
    void a_record_without_a_timestamp_or_from_the_future_disturbs_nothing() throws Exception {
        Samples.process(whenSent, delivery(ConsumerRecord.NO_TIMESTAMP), List.of());
        Samples.process(whenSent, delivery(time.currentTimeMillis() + 60_000), List.of());

        assertThat(settlements.counts().age().total()).isEqualTo(1);
        assertThat(settlements.counts().age().seconds()).isZero();
    }

    @Test
    void the_newest_losses_are_remembered_and_no_more_than_a_few() {
        for (int i = 0; i < 1000; i++) {
            time.advance(Duration.ofMillis(1));
            Samples.drop(whenSent, delivery(whenSent), ShedReason.DROP_OLDEST);
        }
        time.advance(Duration.ofMillis(1));
        whenSent.deadLettered(delivery(whenSent), DeadLetterCause.RETRIES_EXHAUSTED, "x".repeat(5000), 4);

        List<Settlements.Loss> newest = settlements.newest();
        assertThat(newest).hasSize(64);
        assertThat(newest.get(0).outcome()).isEqualTo(Outcome.DEAD_LETTERED);
        assertThat(newest.get(0).origin()).isEqualTo("in-0@1000");
        assertThat(newest.get(0).key()).isEqualTo("key");
        assertThat(newest.get(0).text()).hasSizeLessThan(300);
        assertThat(newest.get(1).origin()).isEqualTo("in-0@999");
    }

    @Test
    void of_what_is_shed_at_once_the_first_is_remembered() {
        Delivery first = delivery(whenSent);
        Delivery second = delivery(whenSent);
        whenSent.decideDropped(first, ShedReason.DROP_OLDEST);
        time.advance(Duration.ofMillis(1));
        whenSent.decideDropped(second, ShedReason.DROP_OLDEST);

        Publisher.publishAll(List.of(first, second));

        assertThat(settlements.newest())
                .containsExactly(new Settlements.Loss(
                        time.currentTimeMillis(), Outcome.DROPPED, "in-0@0", "key", "DROP_OLDEST", null));
    }

    @Test
    void what_a_stage_sheds_is_remembered_with_its_name() {
        whenSent.dropped(delivery(whenSent), ShedReason.DROP_NEWEST, "store");

        assertThat(settlements.newest())
                .singleElement()
                .satisfies(loss -> assertThat(loss.text()).isEqualTo("stage store"))
                .satisfies(loss -> assertThat(loss.why()).isEqualTo("DROP_NEWEST"));
    }

    @Test
    void of_what_is_shed_in_one_millisecond_one_is_remembered() {
        Samples.drop(whenSent, delivery(whenSent), ShedReason.DROP_OLDEST);
        Samples.drop(whenSent, delivery(whenSent), ShedReason.DROP_OLDEST);

        assertThat(settlements.newest()).hasSize(1);
        assertThat(settlements.counts().allDropped()).isEqualTo(2);
    }
}
