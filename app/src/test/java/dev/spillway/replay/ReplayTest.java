package dev.spillway.replay;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spillway.flow.CancellationToken;
import dev.spillway.flow.SkippingTime;
import dev.spillway.inspect.Originals;
import dev.spillway.inspect.ReadProgress;
import dev.spillway.inspect.ReadStart;
import dev.spillway.inspect.TimeWindow;
import dev.spillway.sink.Samples;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.LongStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InvalidTxnStateException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class ReplayTest {
    private static final TopicPartition DEAD = new TopicPartition("dead", 0);
    private static final String NOON = "2026-01-31T12:00:00Z";

    private final SkippingTime time = new SkippingTime();
    private final MockProducer<byte @Nullable [], byte @Nullable []> producer = Samples.producer(true);
    private final CancellationToken stop = CancellationToken.root();

    @Test
    void what_is_put_back_and_how_far_the_source_was_read_are_one_transaction() {
        ReplayReport report = replay("*", Map.of(), letters(0, 1, 2));
        assertThat(report.isWhole()).isTrue();
        assertThat(report.putBack()).containsExactly(Map.entry("orders", 3L));
        assertThat(origins()).containsExactly("orders-0@0", "orders-0@1", "orders-0@2");
        assertThat(progress().offset()).isEqualTo(3);
        assertThat(producer.commitCount()).isEqualTo(1);
    }

    @Test
    void a_repetition_goes_on_where_the_last_transaction_was() {
        replay("*", Map.of(), letters(0, 1));
        OffsetAndMetadata come = progress();
        producer.clear();
        ReplayReport report = replay("*", Map.of(DEAD, come), letters(0, 1, 2, 3));
        assertThat(origins()).containsExactly("orders-0@2", "orders-0@3");
        assertThat(report.earlier()).isEqualTo(2);
    }

    @Test
    void a_second_letter_of_a_record_puts_nothing_back_be_the_first_one_from_an_earlier_run() {
        replay("*", Map.of(), letters(7));
        OffsetAndMetadata come = progress();
        producer.clear();
        ReplayReport report = replay("*", Map.of(DEAD, come), letters(7, 7, 8, 8));
        assertThat(origins()).containsExactly("orders-0@8");
        assertThat(report.repeated()).isEqualTo(2);
    }

    @Test
    void other_options_under_the_same_name_are_refused() {
        replay("*", Map.of(), letters(0));
        OffsetAndMetadata come = progress();
        assertThatThrownBy(() -> replay("user-*", Map.of(DEAD, come), letters(0)))
                .isInstanceOf(ReplayRefusedException.class)
                .hasMessageContaining("begun with other options");
    }

    @Test
    void a_replay_whose_name_another_one_has_taken_over_ends_with_a_sentence() {
        assertThatThrownBy(() -> {
                    MockConsumer<byte[], byte[]> consumer = consumer(Map.of(), letters(0));
                    ReplayTransactions transactions = new ReplayTransactions(producer, consumer);
                    transactions.initialise();
                    producer.fenceProducer();
                    replay("*", consumer).perform(transactions);
                })
                .isInstanceOf(ReplayRefusedException.class)
                .hasMessageContaining("another replay with the same name");
        assertThat(origins()).isEmpty();
    }

    @Test
    void a_replay_whose_transaction_another_one_ends_while_it_writes_ends_with_the_same_sentence() {
        producer.sendException = new InvalidTxnStateException("the partition knows of no transaction");
        assertThatThrownBy(() -> replay("*", Map.of(), letters(0)))
                .isInstanceOf(ReplayRefusedException.class)
                .hasMessageContaining("another replay with the same name");
        assertThat(origins()).isEmpty();
    }

    @Test
    void a_letter_about_a_topic_that_is_no_input_is_left_alone() {
        ConsumerRecord<byte[], byte[]> forged = letter(0, "payments-0@5");
        ReplayReport report = replay("*", Map.of(), List.of(forged));
        assertThat(report.foreign()).isEqualTo(1);
        assertThat(producer.history()).isEmpty();
    }

    @Test
    void a_rate_spreads_the_records_over_the_time() {
        MockConsumer<byte[], byte[]> consumer =
                consumer(Map.of(), letters(LongStream.range(0, 50).toArray()));
        ReplayTransactions transactions = new ReplayTransactions(producer, consumer);
        transactions.initialise();
        replay("*", consumer, 10).perform(transactions);
        assertThat(producer.history()).hasSize(50);
        assertThat(time.nanoTime())
                .isGreaterThanOrEqualTo(Duration.ofMillis(4800).toNanos());
    }

    private ReplayReport replay(
            String key, Map<TopicPartition, OffsetAndMetadata> come, List<ConsumerRecord<byte[], byte[]>> letters) {
        MockConsumer<byte[], byte[]> consumer = consumer(come, letters);
        ReplayTransactions transactions = new ReplayTransactions(producer, consumer);
        if (!producer.transactionInitialized()) {
            transactions.initialise();
        }
        return replay(key, consumer).perform(transactions);
    }

    private Replay replay(String key, MockConsumer<byte[], byte[]> consumer) {
        return replay(key, consumer, 0);
    }

    private Replay replay(String key, MockConsumer<byte[], byte[]> consumer, double perSecond) {
        TimeWindow window =
                new TimeWindow(new ReadStart.Beginning(), Instant.parse(NOON).plusSeconds(1));
        Selection selection = new Selection(window, null, new Glob(key), null, List.of());
        ReplayOptions options =
                new ReplayOptions("dead", Set.of("orders"), selection, null, perSecond, List.of("dead", key));
        Originals originals = new Originals(consumer(Map.of(), List.of()), time, Duration.ofSeconds(30), stop);
        return new Replay("test", options, consumer, originals, time, Duration.ofSeconds(30), stop, ReadProgress.NONE);
    }

    /** A mock that has the letters; what it is read for at first are those that were done before. */
    private static MockConsumer<byte[], byte[]> consumer(
            Map<TopicPartition, OffsetAndMetadata> come, List<ConsumerRecord<byte[], byte[]>> letters) {
        MockConsumer<byte[], byte[]> consumer = new MockConsumer<>("earliest") {
            @Override
            public synchronized Map<TopicPartition, OffsetAndMetadata> committed(Set<TopicPartition> partitions) {
                return new HashMap<>(come);
            }

            @Override
            public synchronized Map<TopicPartition, OffsetAndTimestamp> offsetsForTimes(
                    Map<TopicPartition, Long> times) {
                return Map.of();
            }
        };
        Node node = new Node(0, "localhost", 9092);
        Node[] nodes = {node};
        consumer.updatePartitions("dead", List.of(new PartitionInfo("dead", 0, node, nodes, nodes)));
        consumer.updateBeginningOffsets(Map.of(DEAD, 0L));
        consumer.updateEndOffsets(Map.of(DEAD, (long) letters.size()));
        if (!come.isEmpty()) {
            consumer.schedulePollTask(() -> letters.forEach(consumer::addRecord));
        }
        consumer.schedulePollTask(() -> letters.forEach(consumer::addRecord));
        return consumer;
    }

    private static List<ConsumerRecord<byte[], byte[]>> letters(long... origins) {
        return LongStream.range(0, origins.length)
                .mapToObj(offset -> letter(offset, "orders-0@" + origins[(int) offset]))
                .toList();
    }

    private static ConsumerRecord<byte[], byte[]> letter(long offset, String origin) {
        ConsumerRecord<byte[], byte[]> letter =
                new ConsumerRecord<>("dead", 0, offset, "user-1".getBytes(UTF_8), "value".getBytes(UTF_8));
        letter.headers()
                .add("spillway.origin", origin.getBytes(UTF_8))
                .add("spillway.outcome", "DEAD_LETTERED".getBytes(UTF_8))
                .add("spillway.reason", "java.io.IOException: no".getBytes(UTF_8))
                .add("spillway.at", NOON.getBytes(UTF_8));
        return letter;
    }

    private List<String> origins() {
        return producer.history().stream().map(ReplayTest::replayed).toList();
    }

    private static String replayed(ProducerRecord<?, ?> record) {
        return new String(
                Objects.requireNonNull(record.headers().lastHeader("spillway.replayed"))
                        .value(),
                UTF_8);
    }

    private OffsetAndMetadata progress() {
        var history = producer.consumerGroupOffsetsHistory();
        return Objects.requireNonNull(
                history.get(history.size() - 1).values().iterator().next().get(DEAD));
    }
}
