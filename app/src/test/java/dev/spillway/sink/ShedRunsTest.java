package dev.spillway.sink;

import static dev.spillway.sink.Samples.bytes;
import static dev.spillway.sink.Samples.header;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.spillway.config.Tombstones;
import dev.spillway.flow.ManualTime;
import dev.spillway.flow.ShedReason;
import dev.spillway.ledger.Ledger;
import dev.spillway.ledger.PartitionId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.LongStream;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What was shed together leaves a tombstone for each run of neighbours, where the configuration says so. */
class ShedRunsTest {
    private static final TopicPartition P0 = new TopicPartition("in", 0);
    private static final TopicPartition P1 = new TopicPartition("in", 1);

    private final ManualTime time = new ManualTime();
    private final Ledger ledger = new Ledger(() -> {});
    private final Settlements settlements = new Settlements(time);
    private final MockProducer<byte @Nullable [], byte @Nullable []> producer = Samples.producer(false);
    private final Map<Publisher, Map<TopicPartition, Run>> runs = new HashMap<>();
    private final Publisher whenSent = publisher(Publisher.Settlement.WHEN_SENT, Tombstones.RANGE);
    private final Publisher whenAcknowledged = publisher(Publisher.Settlement.WHEN_ACKNOWLEDGED, Tombstones.RANGE);

    private Publisher publisher(Publisher.Settlement settlement, Tombstones tombstones) {
        return new Publisher(
                producer,
                Samples.outputs(time, tombstones),
                new SpoiledOrigins(),
                settlement,
                settlements,
                false,
                KafkaErrors::isFatal,
                () -> {});
    }

    private Delivery shed(Publisher publisher, TopicPartition partition, long offset, ShedReason reason) {
        return shed(publisher, partition, offset, reason, new RecordHeaders());
    }

    private Delivery shed(
            Publisher publisher, TopicPartition partition, long offset, ShedReason reason, Headers headers) {
        Delivery delivery = new Delivery(Samples.record(partition, offset, bytes("key"), bytes("value"), headers));
        Run run = runs.computeIfAbsent(publisher, p -> new HashMap<>())
                .computeIfAbsent(
                        partition, p -> new Run(ledger.account(new PartitionId(p.topic(), p.partition())), publisher));
        delivery.moveTo(run);
        run.account().consume(offset);
        assertThat(publisher.decideDropped(delivery, reason)).isTrue();
        return delivery;
    }

    private List<Delivery> shed(Publisher publisher, TopicPartition partition, long... offsets) {
        return Arrays.stream(offsets)
                .mapToObj(offset -> shed(publisher, partition, offset, ShedReason.DROP_OLDEST))
                .toList();
    }

    private ProducerRecord<byte @Nullable [], byte @Nullable []> onlySent() {
        assertThat(producer.history()).hasSize(1);
        return producer.history().get(0);
    }

    @Test
    void neighbours_leave_one_tombstone_that_names_them_all() {
        time.setCurrentTimeMillis(Instant.parse("2026-02-03T04:05:06.789Z").toEpochMilli());

        Publisher.publishAll(shed(whenSent, P0, 5, 6, 7));

        var tombstone = onlySent();
        assertThat(tombstone.topic()).isEqualTo("drops");
        assertThat(tombstone.key()).isEqualTo(bytes("in-0@5..7"));
        assertThat(new String(Objects.requireNonNull(tombstone.value()), UTF_8))
                .isEqualTo("{\"topic\":\"in\",\"partition\":0,\"firstOffset\":5,\"lastOffset\":7,\"count\":3}");
        assertThat(Arrays.stream(tombstone.headers().toArray()).map(Header::key))
                .containsExactly("spillway.origins", "spillway.outcome", "spillway.reason", "spillway.at");
        assertThat(header(tombstone, "spillway.origins")).isEqualTo("in-0@5..7");
        assertThat(header(tombstone, "spillway.outcome")).isEqualTo("DROPPED");
        assertThat(header(tombstone, "spillway.reason")).isEqualTo("DROP_OLDEST");
        assertThat(header(tombstone, "spillway.at")).isEqualTo("2026-02-03T04:05:06.789Z");
        assertThat(ledger.settled()).isEqualTo(3);
        assertThat(settlements.counts().allDropped()).isEqualTo(3);
    }

    @Test
    void a_gap_begins_another_run() {
        Publisher.publishAll(shed(whenSent, P0, 1, 2, 4, 5, 7));

        assertThat(Samples.sent(producer.history()))
                .containsExactly("drops in-0@1..2", "drops in-0@4..5", "drops in-0@7");
    }

    @Test
    void a_record_without_neighbours_keeps_a_tombstone_of_its_own_with_its_key() {
        Publisher.publishAll(shed(whenSent, P0, 1, 3));

        assertThat(producer.history()).allSatisfy(tombstone -> {
            assertThat(tombstone.key()).isEqualTo(bytes("key"));
            assertThat(tombstone.value()).isNull();
        });
        assertThat(Samples.sent(producer.history())).containsExactly("drops in-0@1", "drops in-0@3");
    }

    @Test
    void runs_of_partitions_that_come_interleaved_grow_side_by_side() {
        List<Delivery> shed = new ArrayList<>();
        for (long offset = 10; offset < 14; offset++) {
            shed.add(shed(whenSent, P0, offset, ShedReason.DROP_OLDEST));
            shed.add(shed(whenSent, P1, offset + 100, ShedReason.DROP_OLDEST));
        }

        Publisher.publishAll(shed);

        assertThat(Samples.sent(producer.history())).containsExactly("drops in-0@10..13", "drops in-1@110..113");
        assertThat(ledger.settled()).isEqualTo(8);
    }

    @Test
    void what_was_shed_for_another_reason_is_another_run() {
        Publisher.publishAll(List.of(
                shed(whenSent, P0, 1, ShedReason.DROP_OLDEST),
                shed(whenSent, P0, 2, ShedReason.DROP_OLDEST),
                shed(whenSent, P0, 3, ShedReason.DROP_NEWEST),
                shed(whenSent, P0, 4, ShedReason.DROP_NEWEST)));

        assertThat(Samples.sent(producer.history())).containsExactly("drops in-0@1..2", "drops in-0@3..4");
        assertThat(producer.history())
                .extracting(tombstone -> header(tombstone, "spillway.reason"))
                .containsExactly("DROP_OLDEST", "DROP_NEWEST");
    }

    @Test
    void neighbours_of_two_epochs_are_two_runs() {
        List<Delivery> shed = new ArrayList<>(shed(whenSent, P0, 1, 2));
        shed.addAll(shed(publisher(Publisher.Settlement.WHEN_SENT, Tombstones.RANGE), P0, 3, 4));

        Publisher.publishAll(shed);

        assertThat(Samples.sent(producer.history())).containsExactly("drops in-0@1..2", "drops in-0@3..4");
    }

    @Test
    void offsets_that_do_not_rise_are_no_neighbours() {
        List<Delivery> shed = new ArrayList<>(shed(whenSent, P0, 1, 2, 3));
        Publisher.publishAll(List.of(shed.get(1), shed.get(0), shed.get(2)));

        assertThat(Samples.sent(producer.history())).containsExactly("drops in-0@2", "drops in-0@1", "drops in-0@3");
    }

    /** Which a range could not. */
    @Test
    void the_tombstone_of_a_record_that_was_put_back_names_its_former_life() {
        Headers headers = new RecordHeaders().add("spillway.replayed", bytes("in-0@0"));

        Publisher.publishAll(List.of(
                shed(whenSent, P0, 1, ShedReason.DROP_OLDEST),
                shed(whenSent, P0, 2, ShedReason.DROP_OLDEST),
                shed(whenSent, P0, 3, ShedReason.DROP_OLDEST, headers),
                shed(whenSent, P0, 4, ShedReason.DROP_OLDEST)));

        assertThat(Samples.sent(producer.history())).containsExactly("drops in-0@1..2", "drops in-0@3", "drops in-0@4");
        assertThat(header(producer.history().get(1), "spillway.replayed")).isEqualTo("in-0@0");
    }

    @Test
    void a_run_is_never_longer_than_readers_expect() {
        Publisher.publishAll(
                shed(whenSent, P0, LongStream.range(0, TombstoneRange.MOST + 2L).toArray()));

        assertThat(Samples.sent(producer.history())).containsExactly("drops in-0@0..65535", "drops in-0@65536..65537");
    }

    @Test
    void a_tombstone_for_each_record_is_what_there_is_unless_the_configuration_says_otherwise() {
        Publisher.publishAll(shed(publisher(Publisher.Settlement.WHEN_SENT, Tombstones.RECORD), P0, 1, 2));

        assertThat(Samples.sent(producer.history())).containsExactly("drops in-0@1", "drops in-0@2");
    }

    @Test
    void all_of_a_run_settle_when_its_tombstone_is_acknowledged() {
        Publisher.publishAll(shed(whenAcknowledged, P0, 1, 2, 3));
        assertThat(ledger.settled()).isZero();

        producer.completeNext();

        assertThat(ledger.settled()).isEqualTo(3);
        assertThat(settlements.counts().allDropped()).isEqualTo(3);
    }

    @Test
    void what_was_shed_together_settles_together_however_many_runs_it_is() {
        Publisher.publishAll(shed(whenAcknowledged, P0, 1, 2, 4, 5));

        producer.completeNext();
        assertThat(ledger.settled()).isZero();
        producer.completeNext();

        assertThat(ledger.settled()).isEqualTo(4);
    }

    @Test
    void a_tombstone_that_kafka_refuses_settles_none_of_its_run_and_ends_the_process() {
        Publisher.publishAll(shed(whenAcknowledged, P0, 1, 2, 3));

        assertThat(producer.errorNext(new InvalidRecordException("no"))).isTrue();

        assertThat(whenAcknowledged.pollFailure())
                .isInstanceOfSatisfying(
                        SendFailure.Fatal.class,
                        fatal -> assertThat(fatal.cause()).hasMessageContainingAll("tombstone", "in-0@1"));
        assertThat(whenAcknowledged.pollFailure()).isNull();
        assertThat(ledger.settled()).isZero();
    }

    @Test
    void a_tombstone_that_got_no_answer_dooms_its_epoch_and_settles_none_of_its_run() {
        Publisher.publishAll(shed(whenAcknowledged, P0, 1, 2, 3));

        assertThat(producer.errorNext(new TimeoutException("late"))).isTrue();

        assertThat(whenAcknowledged.pollFailure()).isInstanceOf(SendFailure.Broken.class);
        assertThat(whenAcknowledged.isDoomed()).isTrue();
        assertThat(ledger.settled()).isZero();
    }

    @Test
    void a_tombstone_that_cannot_even_be_sent_settles_none_of_its_run() {
        producer.sendException = new TimeoutException("no room");

        Publisher.publishAll(shed(whenSent, P0, 1, 2, 3));

        assertThat(whenSent.pollFailure()).isInstanceOf(SendFailure.Broken.class);
        assertThat(ledger.settled()).isZero();
    }

    @Test
    void an_epoch_that_was_given_up_sends_and_settles_none_of_a_run() {
        List<Delivery> before = shed(whenSent, P0, 1, 2);
        List<Delivery> under = shed(whenAcknowledged, P1, 1, 2);
        Publisher.publishAll(under);
        whenSent.close();
        whenAcknowledged.close();

        Publisher.publishAll(before);

        assertThat(Samples.sent(producer.history())).containsExactly("drops in-1@1..2");
        assertThat(ledger.settled()).isZero();
    }
}
