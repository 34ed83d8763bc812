package dev.spillway.replay;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.spillway.flow.CancellationToken;
import dev.spillway.flow.SkippingTime;
import dev.spillway.inspect.Originals;
import dev.spillway.inspect.ReadProgress;
import dev.spillway.inspect.ReadStart;
import dev.spillway.inspect.TimeWindow;
import dev.spillway.ledger.OriginRange;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Records that were shed together, and have one tombstone. */
@Timeout(20)
class ReplayOfRangesTest {
    private static final String NOON = "2026-01-31T12:00:00Z";
    private static final TopicPartition DROPS = new TopicPartition("drops", 0);

    private final SkippingTime time = new SkippingTime();
    private final StoredTopics topics = new StoredTopics();
    private final StoredTopics inputTopics = new StoredTopics();
    private final StoppingProducer producer = new StoppingProducer();
    private CancellationToken stop = CancellationToken.root();

    /** Lets a replay go on until it has committed so many transactions. */
    private final class StoppingProducer extends MockProducer<byte @Nullable [], byte @Nullable []> {
        private int commitsLeft = Integer.MAX_VALUE;

        StoppingProducer() {
            super(true, null, new ByteArraySerializer(), new ByteArraySerializer());
        }

        @Override
        public synchronized void commitTransaction() {
            super.commitTransaction();
            if (--commitsLeft == 0) {
                stop.cancel("the test stops it here");
            }
        }
    }

    @BeforeEach
    void makeTopics() {
        topics.topic("drops", 2);
        inputTopics.topic("orders", 1);
    }

    @Test
    void each_record_is_put_back_as_it_was() {
        inputs(10);
        range(0, 0, "orders-0@3..6");

        ReplayReport report = replay(null);

        assertThat(report.isWhole()).isTrue();
        assertThat(report.putBack()).containsExactly(Map.entry("orders", 4L));
        assertThat(origins()).containsExactly("orders-0@3", "orders-0@4", "orders-0@5", "orders-0@6");
        assertThat(producer.history())
                .extracting(record -> text(record.key()) + "=" + text(record.value()))
                .containsExactly("key-1=value-3", "key-0=value-4", "key-1=value-5", "key-0=value-6");
    }

    @Test
    void a_key_chooses_by_the_record_because_the_tombstone_does_not_tell_it() {
        inputs(10);
        range(0, 0, "orders-0@3..6");

        assertThat(dryRun("key-1").total()).isEqualTo(2);
        ReplayReport report = replay("key-1");

        assertThat(report.isWhole()).isTrue();
        assertThat(origins()).containsExactly("orders-0@3", "orders-0@5");
        assertThat(progress(DROPS).offset()).isEqualTo(1);
    }

    @Test
    void origins_choose_some_of_those_that_a_tombstone_stands_for() {
        inputs(10);
        range(0, 0, "orders-0@0..5");
        range(0, 1, "orders-0@6..9");

        replay(null, OriginRange.parse("orders-0@5..7").orElseThrow());

        assertThat(origins()).containsExactly("orders-0@5", "orders-0@6", "orders-0@7");
    }

    @Test
    void what_was_stopped_among_the_records_of_a_tombstone_goes_on_there() {
        inputs(60);
        range(0, 0, "orders-0@0..59");
        producer.commitsLeft = 1;
        ReplayReport stopped = replay(null);
        assertThat(stopped.complete()).isFalse();
        assertThat(origins()).hasSizeBetween(1, 59);
        assertThat(progress(DROPS).offset()).isZero();
        int before = origins().size();

        ReplayReport report = again(null);

        assertThat(report.isWhole()).isTrue();
        assertThat(report.earlier()).isEqualTo(before);
        assertThat(origins()).doesNotHaveDuplicates().hasSize(60);
        assertThat(progress(DROPS).offset()).isEqualTo(1);
        assertThat(again(null).total()).isZero();
        assertThat(origins()).hasSize(60);
    }

    @Test
    void what_was_put_back_of_a_tombstone_that_is_not_done_yet_is_known_to_others_of_the_same_records() {
        inputs(60);
        range(0, 0, "orders-0@0..59");
        producer.commitsLeft = 1;
        replay(null);
        range(1, 0, "orders-0@0..29");

        ReplayReport report = again(null);

        assertThat(report.repeated()).isEqualTo(30);
        assertThat(origins()).doesNotHaveDuplicates().hasSize(60);
    }

    @Test
    void other_partitions_go_on_without_losing_the_place_within_a_tombstone() {
        inputs(120);
        range(0, 0, "orders-0@0..59");
        producer.commitsLeft = 1;
        replay(null);
        range(1, 0, "orders-0@60..119");
        producer.commitsLeft = 1;
        again(null);

        ReplayReport report = again(null);

        assertThat(report.isWhole()).isTrue();
        assertThat(origins()).doesNotHaveDuplicates().hasSize(120);
    }

    @Test
    void a_repetition_does_not_claim_to_know_which_keys_the_first_run_had_chosen() {
        inputs(10);
        range(0, 0, "orders-0@3..6");
        replay("key-1");

        ReplayReport report = again("key-1");

        assertThat(report.total()).isZero();
        assertThat(report.earlier()).isZero();
        assertThat(report.earlierOfUnknownKey()).isEqualTo(4);
        assertThat(report.text())
                .contains("passed by earlier runs", "NOTHING TO DO: all of it was put back by earlier");
    }

    @Test
    void a_record_that_is_gone_may_have_been_chosen_by_its_key_and_is_reported() {
        inputs(5);
        range(0, 0, "orders-0@3..6");

        assertThat(dryRun("key-1").lost()).isEqualTo(2);
        ReplayReport report = replay("key-1");

        assertThat(report.isWhole()).isFalse();
        assertThat(report.lost()).isEqualTo(2);
        assertThat(report.firstLost()).allSatisfy(line -> assertThat(line).contains("nobody knows whether its key"));
        assertThat(origins()).containsExactly("orders-0@3");
    }

    @Test
    void a_range_that_is_endless_or_of_another_topic_is_left_alone() {
        inputs(5);
        range(
                0,
                0,
                "orders-0@0..9",
                "{\"topic\":\"orders\",\"partition\":0,\"firstOffset\":0,\"lastOffset\":" + Long.MAX_VALUE
                        + ",\"count\":" + Long.MAX_VALUE + "}");
        range(0, 1, "payments-0@1..2");

        ReplayReport report = replay(null);

        assertThat(report.foreign()).isEqualTo(2);
        assertThat(report.total()).isZero();
    }

    @Test
    void a_rate_is_one_of_records_not_of_tombstones() {
        inputs(50);
        range(0, 0, "orders-0@0..49");

        replay(null, null, 10);

        assertThat(origins()).hasSize(50);
        assertThat(time.nanoTime())
                .isGreaterThanOrEqualTo(Duration.ofMillis(4800).toNanos());
    }

    private void inputs(int count) {
        IntStream.range(0, count)
                .forEach(offset -> inputTopics.store(new ConsumerRecord<>(
                        "orders",
                        0,
                        offset,
                        ("key-" + offset % 2).getBytes(UTF_8),
                        ("value-" + offset).getBytes(UTF_8))));
    }

    private void range(int partition, long offset, String origins) {
        OriginRange range = OriginRange.parse(origins).orElseThrow();
        range(
                partition,
                offset,
                origins,
                String.format(
                        "{\"topic\":\"%s\",\"partition\":%d,\"firstOffset\":%d,\"lastOffset\":%d,\"count\":%d}",
                        range.topic(), range.partition(), range.first(), range.last(), range.count()));
    }

    private void range(int partition, long offset, String origins, String value) {
        ConsumerRecord<byte[], byte[]> tombstone =
                new ConsumerRecord<>("drops", partition, offset, origins.getBytes(UTF_8), value.getBytes(UTF_8));
        tombstone
                .headers()
                .add("spillway.origins", origins.getBytes(UTF_8))
                .add("spillway.outcome", "DROPPED".getBytes(UTF_8))
                .add("spillway.reason", "DROP_OLDEST".getBytes(UTF_8))
                .add("spillway.at", NOON.getBytes(UTF_8));
        topics.store(tombstone);
    }

    private ReplayReport again(@Nullable String key) {
        stop = CancellationToken.root();
        topics.come(latestProgress());
        return replay(key);
    }

    private ReplayReport replay(@Nullable String key) {
        return replay(key, null);
    }

    private ReplayReport replay(@Nullable String key, @Nullable OriginRange origins) {
        return replay(key, origins, 0);
    }

    private ReplayReport replay(@Nullable String key, @Nullable OriginRange origins, double perSecond) {
        ReplayTransactions transactions = new ReplayTransactions(producer, topics);
        if (!producer.transactionInitialized()) {
            transactions.initialise();
        }
        return of(key, origins, perSecond).perform(transactions);
    }

    private ReplayReport dryRun(@Nullable String key) {
        return of(key, null, 0).plan().report();
    }

    private Replay of(@Nullable String key, @Nullable OriginRange origins, double perSecond) {
        TimeWindow window =
                new TimeWindow(new ReadStart.Beginning(), Instant.parse(NOON).plusSeconds(1));
        Selection selection = new Selection(
                window, null, key == null ? null : new Glob(key), null, origins == null ? List.of() : List.of(origins));
        ReplayOptions options = new ReplayOptions(
                "drops", Set.of("orders"), selection, null, perSecond, List.of("drops", String.valueOf(key)));
        Originals originals = new Originals(inputTopics, time, Duration.ofSeconds(30), stop);
        return new Replay("test", options, topics, originals, time, Duration.ofSeconds(30), stop, ReadProgress.NONE);
    }

    private List<String> origins() {
        List<String> origins = new ArrayList<>();
        for (ProducerRecord<?, ?> record : producer.history()) {
            origins.add(text(Objects.requireNonNull(record.headers().lastHeader("spillway.replayed"))
                    .value()));
        }
        return origins;
    }

    private static String text(byte @Nullable [] bytes) {
        return new String(Objects.requireNonNull(bytes), UTF_8);
    }

    private Map<TopicPartition, OffsetAndMetadata> latestProgress() {
        var history = producer.consumerGroupOffsetsHistory();
        return history.get(history.size() - 1).values().iterator().next();
    }

    private OffsetAndMetadata progress(TopicPartition partition) {
        return Objects.requireNonNull(latestProgress().get(partition));
    }
}
