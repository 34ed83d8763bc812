package dev.spillway.inspect;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spillway.config.SpillwayConfig;
import dev.spillway.flow.CancellationToken;
import dev.spillway.flow.SkippingTime;
import dev.spillway.ledger.Origin;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class AuditReaderTest {
    private static final TopicPartition INPUT = new TopicPartition("orders", 0);
    private static final TopicPartition RESULTS = new TopicPartition("results", 0);
    private static final TopicPartition DROPS = new TopicPartition("drops", 0);
    private static final TopicPartition DEAD = new TopicPartition("app-dead-letters", 0);

    private final MockConsumer<byte[], byte[]> consumer = new MockConsumer<>("earliest");
    private final SkippingTime time = new SkippingTime();
    private final CancellationToken stop = CancellationToken.root();
    private final FakeCluster cluster = new FakeCluster();
    private ReadStart from = new ReadStart.Beginning();
    private final List<String> waits = new ArrayList<>();
    private final Map<String, String> settings = new HashMap<>(Map.of(
            "application.id", "app",
            "bootstrap.servers", "localhost:9092",
            "input.topics", "orders",
            "output.topic", "results",
            "drop.topic", "drops",
            "shed.policy", "DROP_OLDEST",
            "processor", "identity"));

    @BeforeEach
    void makeTopics() {
        for (TopicPartition partition : List.of(INPUT, RESULTS, DROPS, DEAD)) {
            Records.topic(consumer, partition.topic(), 1);
            consumer.updateBeginningOffsets(Map.of(partition, 0L));
            cluster.ends.put(partition, 0L);
        }
    }

    @Test
    void the_input_is_read_to_the_committed_offset_and_the_topics_tell_the_outcome() {
        committed(3);
        input(0, 1, 2, 3, 4);
        outcomes(List.of(
                Records.outcomeOf("orders-0@0", "results", 0, 0),
                Records.outcomeOf("orders-0@1", "drops", 0, 0),
                Records.outcomeOf("orders-0@2", "app-dead-letters", 0, 0)));
        AuditReport report = audit();
        assertThat(report.isConserved()).isTrue();
        assertThat(report.total())
                .returns(3L, PartitionAudit::input)
                .returns(1L, PartitionAudit::processed)
                .returns(1L, PartitionAudit::dropped)
                .returns(1L, PartitionAudit::deadLettered);
    }

    @Test
    void one_tombstone_may_tell_the_outcome_of_several() {
        committed(5);
        input(0, 1, 2, 3, 4);
        outcomes(List.of(
                Records.outcomeOf("orders-0@0", "results", 0, 0), Records.range("drops", 0, 0, "orders-0@1..4")));
        AuditReport report = audit();
        assertThat(report.isConserved()).isTrue();
        assertThat(report.total()).returns(1L, PartitionAudit::processed).returns(4L, PartitionAudit::dropped);
    }

    @Test
    void a_range_that_is_none_or_endless_or_no_tombstone_is_foreign() {
        committed(2);
        input(0, 1);
        ConsumerRecord<byte[], byte[]> contradicting = Records.range("drops", 0, 2, "orders-0@0..1");
        contradicting.headers().add("spillway.origins", "orders-0@0..2".getBytes(UTF_8));
        outcomes(List.of(
                Records.range("drops", 0, 0, "orders-0@0..9223372036854775807"),
                Records.record("drops", 0, 1, null, Map.of("spillway.origins", "orders-0@0..1")),
                contradicting,
                Records.range("results", 0, 0, "orders-0@0..1"),
                Records.range("app-dead-letters", 0, 0, "orders-0@0..1")));
        AuditReport report = audit();
        assertThat(report.foreign()).isEqualTo(5);
        assertThat(report.total()).returns(0L, PartitionAudit::dropped).returns(2L, PartitionAudit::missing);
    }

    @Test
    void offsets_that_hold_no_record_are_passed() {
        committed(10);
        input(2, 7);
        cluster.ends.put(INPUT, 10L);
        consumer.schedulePollTask(() -> consumer.seek(INPUT, 10));
        outcomes(List.of(
                Records.outcomeOf("orders-0@2", "results", 0, 0), Records.outcomeOf("orders-0@7", "results", 0, 1)));
        assertThat(audit().isConserved()).isTrue();
    }

    @Test
    void a_marker_is_the_outcome_of_a_record_that_was_processed_without_a_result() {
        TopicPartition done = new TopicPartition("done", 0);
        Records.topic(consumer, "done", 1);
        consumer.updateBeginningOffsets(Map.of(done, 0L));
        cluster.ends.put(done, 0L);
        settings.put("processed.topic", "done");
        committed(2);
        input(0, 1);
        outcomes(List.of(Records.outcomeOf("orders-0@0", "done", 0, 0)));
        AuditReport report = audit();
        assertThat(report.total()).returns(1L, PartitionAudit::processed).returns(1L, PartitionAudit::missing);
        assertThat(report.firstMissing()).containsExactly(new Origin("orders", 0, 1));
        assertThat(report.notes()).isEmpty();
    }

    @Test
    void without_markers_it_says_that_it_cannot_tell_the_missing_from_those_without_a_result() {
        committed(1);
        input(0);
        outcomes(List.of());
        assertThat(audit().notes())
                .singleElement()
                .asString()
                .contains("processed without a result leaves no trace", "processed.topic");
    }

    @Test
    void parts_are_read_from_their_header() {
        committed(1);
        input(0);
        Map<String, String> headers = Map.of("spillway.origin", "orders-0@0", "spillway.part", "1/2");
        outcomes(List.of(Records.record("results", 0, 0, null, headers)));
        assertThat(audit().firstMissing()).containsExactly(new Origin("orders", 0, 0));
    }

    @Test
    void records_without_an_origin_or_with_a_part_that_is_none_are_foreign() {
        committed(0);
        Map<String, String> headers = Map.of("spillway.origin", "orders-0@0", "spillway.part", "nonsense");
        outcomes(List.of(
                Records.record("results", 0, 0, null, Map.of()), Records.record("results", 0, 1, null, headers)));
        assertThat(audit().foreign()).isEqualTo(2);
    }

    @Test
    void it_waits_for_transactions_that_are_open_before_it_looks_at_the_committed_offsets_again() {
        committed(1);
        input(0);
        outcomes(List.of(
                Records.outcomeOf("orders-0@0", "results", 0, 0), Records.outcomeOf("orders-0@1", "results", 0, 1)));
        cluster.openFor = Duration.ofSeconds(7);
        cluster.onEnd = () -> committed(2);
        AuditReport report = audit();
        assertThat(report.isConserved()).isTrue();
        assertThat(report.total().newer()).isEqualTo(1);
        assertThat(waits).singleElement().asString().contains("open transaction in results-0");
    }

    @Test
    void a_transaction_that_stays_open_beyond_its_time_out_is_named() {
        committed(1);
        outcomes(List.of(Records.outcomeOf("orders-0@0", "results", 0, 0)));
        cluster.openFor = Duration.ofDays(1);
        assertThatThrownBy(this::audit)
                .isInstanceOf(TimeoutException.class)
                .hasMessageContaining("a transaction in results-0 stays open");
    }

    @Test
    void a_group_that_has_committed_nothing_has_nothing_to_audit() {
        AuditReport report = audit();
        assertThat(report.isCommitted()).isFalse();
        assertThat(report.isConserved()).isTrue();
    }

    @Test
    void records_that_retention_removed_before_they_were_committed_are_told() {
        committed(5);
        consumer.updateBeginningOffsets(Map.of(INPUT, 8L));
        cluster.ends.put(INPUT, 9L);
        assertThat(audit().notes()).singleElement().asString().contains("orders-0 from offset 5 to 7");
    }

    @Test
    void a_committed_offset_beyond_the_end_of_the_input_does_not_hang() {
        committed(5);
        cluster.ends.put(INPUT, 0L);
        assertThat(audit().notes()).singleElement().asString().contains("the topic was created anew");
    }

    @Test
    void an_output_topic_that_has_forgotten_outcomes_is_told() {
        committed(0);
        consumer.updateBeginningOffsets(Map.of(DROPS, 3L));
        cluster.ends.put(DROPS, 3L);
        cluster.compacted = Set.of("results");
        assertThat(audit().notes())
                .anySatisfy(note -> assertThat(note).startsWith("drops no longer has its first records"))
                .anySatisfy(note -> assertThat(note).startsWith("results is compacted"));
    }

    @Test
    void a_stop_proves_nothing() {
        committed(3);
        cluster.ends.put(INPUT, 3L);
        consumer.schedulePollTask(() -> stop.cancel("enough"));
        assertThat(run()).isEmpty();
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }

    @Test
    void following_it_proves_stretch_after_stretch_and_ends_at_the_first_fault() {
        committed(2);
        input(0, 1);
        outcomes(List.of(
                Records.outcomeOf("orders-0@0", "results", 0, 0), Records.outcomeOf("orders-0@1", "drops", 0, 0)));
        List<AuditStretch> stretches = new ArrayList<>();
        Optional<AuditReport> report = reader().follow(Duration.ofSeconds(1), stretch -> {
            stretches.add(stretch);
            committed(4);
            input(2, 3);
            outcomes(List.of(Records.outcomeOf("orders-0@2", "results", 0, 1)));
        });
        assertThat(stretches).extracting(AuditStretch::isEmpty).containsExactly(false, false);
        assertThat(stretches.get(0).text())
                .endsWith("proven  2 more (1 processed, 1 dropped, 0 dead-lettered), 2 in all, up to orders-0@2");
        assertThat(stretches.get(1).text()).contains("FAULT   2 more (1 processed, 0 dropped");
        assertThat(report.orElseThrow().firstMissing()).containsExactly(new Origin("orders", 0, 3));
        assertThat(report.orElseThrow().total().input()).isEqualTo(4);
    }

    @Test
    void a_stop_while_following_leaves_what_was_proven_so_far() {
        committed(1);
        input(0);
        outcomes(List.of(Records.outcomeOf("orders-0@0", "results", 0, 0)));
        Optional<AuditReport> report = reader().follow(Duration.ofSeconds(1), stretch -> stop.cancel("enough"));
        assertThat(report.orElseThrow().isConserved()).isTrue();
        assertThat(report.orElseThrow().total().input()).isEqualTo(1);
    }

    @Test
    void from_latest_it_audits_what_is_committed_from_then_on() {
        committed(5);
        cluster.ends.put(INPUT, 5L);
        cluster.ends.put(RESULTS, 7L);
        from = new ReadStart.Latest();
        List<AuditStretch> stretches = new ArrayList<>();
        Optional<AuditReport> report = reader().follow(Duration.ofSeconds(1), stretch -> {
            stretches.add(stretch);
            if (stretches.size() == 1) {
                committed(6);
                input(5);
                outcomes(List.of(Records.outcomeOf("orders-0@5", "results", 0, 7)));
            } else {
                stop.cancel("enough");
            }
        });
        assertThat(stretches.get(0).isEmpty()).isTrue();
        assertThat(report.orElseThrow().total())
                .returns(1L, PartitionAudit::input)
                .returns(1L, PartitionAudit::processed)
                .returns(0L, PartitionAudit::missing);
        assertThat(report.orElseThrow().partitions().get(0).start()).isEqualTo(5);
    }

    private AuditReport audit() {
        return run().orElseThrow();
    }

    private Optional<AuditReport> run() {
        return reader().run();
    }

    private AuditReader reader() {
        SpillwayConfig config = new SpillwayConfig(settings);
        ReadProgress progress = new ReadProgress() {
            @Override
            public void read(String what, long done, long total) {}

            @Override
            public void waiting(String why) {
                waits.add(why);
            }
        };
        return new AuditReader(config, from, cluster, consumer, time, stop, progress);
    }

    private void committed(long offset) {
        cluster.committed.put(INPUT, offset);
    }

    private void input(long... offsets) {
        cluster.ends.put(INPUT, offsets[offsets.length - 1] + 1);
        consumer.schedulePollTask(() -> {
            for (long offset : offsets) {
                consumer.addRecord(Records.record("orders", 0, offset, null, Map.of()));
            }
        });
    }

    private void outcomes(List<ConsumerRecord<byte[], byte[]>> records) {
        for (ConsumerRecord<byte[], byte[]> record : records) {
            cluster.ends.merge(new TopicPartition(record.topic(), 0), record.offset() + 1, Math::max);
        }
        consumer.schedulePollTask(() -> records.forEach(consumer::addRecord));
    }

    /** Answers from maps; one transaction may be open for a while. */
    private final class FakeCluster implements ClusterView {
        private final Map<TopicPartition, Long> committed = new HashMap<>();
        private final Map<TopicPartition, Long> ends = new HashMap<>();
        private final long start = time.nanoTime();
        private Set<String> compacted = Set.of();
        private Duration openFor = Duration.ZERO;
        private Runnable onEnd = () -> {};

        @Override
        public Map<TopicPartition, Long> committed(Collection<TopicPartition> partitions) {
            return Map.copyOf(committed);
        }

        @Override
        public Map<TopicPartition, Long> ends(Collection<TopicPartition> partitions) {
            Map<TopicPartition, Long> found = new HashMap<>(ends);
            found.keySet().retainAll(partitions);
            return found;
        }

        @Override
        public Map<TopicPartition, Long> committedEnds(Collection<TopicPartition> partitions) {
            if (time.nanoTime() - start >= openFor.toNanos()) {
                onEnd.run();
                return ends(partitions);
            }
            Map<TopicPartition, Long> open = ends(partitions);
            open.replaceAll((partition, end) -> partition.equals(RESULTS) ? 0L : end);
            return open;
        }

        @Override
        public Set<String> compacted(Collection<String> topics) {
            return compacted;
        }
    }
}
