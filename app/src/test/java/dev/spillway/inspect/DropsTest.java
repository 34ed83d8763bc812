package dev.spillway.inspect;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.spillway.flow.CancellationToken;
import dev.spillway.flow.SkippingTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class DropsTest {
    private static final TopicPartition ZERO = new TopicPartition("drops", 0);
    private static final TopicPartition ONE = new TopicPartition("drops", 1);

    /** Nothing was written as late as somebody asks for. */
    private final MockConsumer<byte[], byte[]> consumer = new MockConsumer<>("earliest") {
        @Override
        public synchronized Map<TopicPartition, OffsetAndTimestamp> offsetsForTimes(
                Map<TopicPartition, Long> timestamps) {
            return Map.of();
        }
    };

    private final SkippingTime time = new SkippingTime();
    private final CancellationToken stop = CancellationToken.root();
    private final Drops drops = new Drops(consumer, "drops", time, Duration.ofSeconds(30), stop, ReadProgress.NONE);

    @BeforeEach
    void makeTopic() {
        Records.topic(consumer, "drops", 2);
        consumer.updateBeginningOffsets(Map.of(ZERO, 0L, ONE, 0L));
    }

    @Test
    void it_reads_every_partition_to_the_end_that_it_had_at_the_start() {
        consumer.updateEndOffsets(Map.of(ZERO, 2L, ONE, 1L));
        arrive(List.of(tombstone(0, 0), tombstone(0, 1), tombstone(0, 2), tombstone(1, 0)));
        DropReport report = count(new ReadStart.Beginning());
        assertThat(report.complete()).isTrue();
        assertThat(report.tombstones()).isEqualTo(3);
    }

    @Test
    void an_empty_topic_has_nothing_to_show_and_is_not_waited_for() {
        consumer.updateEndOffsets(Map.of(ZERO, 0L, ONE, 0L));
        DropReport report = count(new ReadStart.Beginning());
        assertThat(report.text()).startsWith("nothing was shed");
    }

    @Test
    void records_of_others_are_counted_apart() {
        consumer.updateEndOffsets(Map.of(ZERO, 2L, ONE, 0L));
        arrive(List.of(tombstone(0, 0), Records.record("drops", 0, 1, "key", Map.of())));
        DropReport report = count(new ReadStart.Beginning());
        assertThat(report.strangers()).isEqualTo(1);
        assertThat(report.text()).contains("(not a tombstone): 1");
    }

    @Test
    void a_tombstone_of_several_records_counts_as_so_many_and_one_that_makes_no_sense_as_a_strangers() {
        consumer.updateEndOffsets(Map.of(ZERO, 3L, ONE, 0L));
        arrive(List.of(
                tombstone(0, 0),
                Records.range("drops", 0, 1, "orders-1@100..149"),
                Records.range("drops", 0, 2, "orders-1@0..9223372036854775807")));
        DropReport report = count(new ReadStart.Beginning());
        assertThat(report.records()).isEqualTo(51);
        assertThat(report.strangers()).isEqualTo(1);
    }

    @Test
    void for_programs_all_tables_are_one_line() throws JsonProcessingException {
        consumer.updateEndOffsets(Map.of(ZERO, 2L, ONE, 0L));
        arrive(List.of(tombstone(0, 0), tombstone(0, 1)));
        DropReport report = drops.count(
                new TimeWindow(new ReadStart.Beginning(), Instant.MAX), List.of(Grouping.REASON, Grouping.PARTITION));

        assertThat(report.json()).doesNotContain("\n");
        JsonNode summary = new ObjectMapper().readTree(report.json());
        assertThat(summary.at("/tombstones").asLong()).isEqualTo(2);
        assertThat(summary.at("/tables/0/by").asText()).isEqualTo("reason");
        assertThat(summary.at("/tables/1/by").asText()).isEqualTo("partition");
        assertThat(summary.at("/tables/1/groups/0/count").asLong()).isEqualTo(2);
    }

    @Test
    void from_latest_skips_what_is_there_and_follow_shows_what_comes() {
        consumer.updateEndOffsets(Map.of(ZERO, 1L, ONE, 0L));
        assertThat(count(new ReadStart.Latest()).tombstones()).isZero();
        arrive(List.of(tombstone(0, 1), Records.record("drops", 0, 2, "key", Map.of()), tombstone(0, 3)));
        assertThat(followed(2)).containsExactly(1L, 3L);
    }

    @Test
    void follow_misses_nothing_that_came_while_the_rest_was_read() {
        consumer.updateEndOffsets(Map.of(ZERO, 1L, ONE, 0L));
        arrive(List.of(tombstone(0, 0), tombstone(0, 1)));
        assertThat(count(new ReadStart.Beginning()).tombstones()).isEqualTo(1);
        arrive(List.of(tombstone(0, 1), tombstone(0, 2)));
        assertThat(followed(2)).containsExactly(1L, 2L);
    }

    @Test
    void a_stop_ends_reading_and_the_report_says_so() {
        consumer.updateEndOffsets(Map.of(ZERO, 1_000_000L, ONE, 0L));
        consumer.schedulePollTask(() -> stop.cancel("enough"));
        DropReport report = count(new ReadStart.Beginning());
        assertThat(report.complete()).isFalse();
        assertThat(report.text()).contains("stopped before the end");
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }

    @Test
    void a_partition_that_stays_silent_is_named_after_a_while() {
        consumer.updateEndOffsets(Map.of(ZERO, 1L, ONE, 0L));
        consumer.schedulePollTask(() -> time.advance(Duration.ofSeconds(31)));
        assertThatThrownBy(() -> count(new ReadStart.Beginning()))
                .isInstanceOf(TimeoutException.class)
                .hasMessageContaining("drops-0 (at offset 0 of 1)");
    }

    @Test
    void what_was_decided_outside_of_the_window_is_left_out() {
        consumer.updateEndOffsets(Map.of(ZERO, 3L, ONE, 0L));
        arrive(List.of(at(0, "2026-01-31T11:59:59Z"), at(1, "2026-01-31T12:00:00Z"), at(2, "2026-01-31T13:00:00Z")));
        TimeWindow noon = new TimeWindow(new ReadStart.Beginning(), Instant.parse("2026-01-31T13:00:00Z"));
        List<Long> offsets = new ArrayList<>();
        drops.list(noon, tombstone -> offsets.add(tombstone.offset()));
        assertThat(offsets).containsExactly(0L, 1L);
    }

    private static ConsumerRecord<byte[], byte[]> at(long offset, String at) {
        ConsumerRecord<byte[], byte[]> tombstone = tombstone(0, offset);
        tombstone.headers().remove("spillway.at").add("spillway.at", at.getBytes(UTF_8));
        return tombstone;
    }

    private DropReport count(ReadStart start) {
        return drops.count(new TimeWindow(start, Instant.MAX), List.of(Grouping.REASON));
    }

    private void arrive(List<ConsumerRecord<byte[], byte[]>> records) {
        consumer.schedulePollTask(() -> records.forEach(consumer::addRecord));
    }

    private List<Long> followed(int count) {
        List<Long> offsets = new ArrayList<>();
        drops.follow(tombstone -> {
            offsets.add(tombstone.offset());
            if (offsets.size() == count) {
                stop.cancel("enough");
            }
        });
        return offsets;
    }

    private static ConsumerRecord<byte[], byte[]> tombstone(int partition, long offset) {
        return Records.tombstone("drops", partition, offset, "key");
    }
}
