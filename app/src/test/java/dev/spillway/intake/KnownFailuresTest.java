package dev.spillway.intake;

import static dev.spillway.flow.ShedPolicies.BLOCK;
import static dev.spillway.flow.ShedPolicies.DROP_NEWEST;
import static org.assertj.core.api.Assertions.assertThat;

import dev.spillway.sink.Delivery;
import dev.spillway.sink.Samples;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where comparable systems are known to have failed: each test says what must hold, and names the report of what did not. */
@Timeout(60)
class KnownFailuresTest {
    private static final TopicPartition P0 = new TopicPartition("in", 0);
    private static final TopicPartition P1 = new TopicPartition("in", 1);
    private static final Duration SECOND = Duration.ofSeconds(1);

    private final Station station = Station.atLeastOnce(BLOCK, 3);

    /** confluentinc/parallel-consumer#826. */
    @Test
    void what_was_polled_and_not_processed_when_its_partition_is_revoked_is_there_for_the_next_owner()
            throws InterruptedException {
        station.consumer.append(P0, 10);
        station.consumer.assignOnly(P0);
        station.rounds(3);
        station.finish(station.take(1));

        station.consumer.assignOnly();
        station.consumer.assignOnly(P0);
        workOff();

        assertThat(station.written()).containsExactlyElementsOf(results(P0, 10));
    }

    /** confluentinc/parallel-consumer#875. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void no_offset_is_committed_that_lies_behind_a_record_without_an_outcome(int missing) throws InterruptedException {
        station.consumer.append(P0, 3);
        station.consumer.assignOnly(P0);
        station.round();
        List<Delivery> taken = new ArrayList<>(station.take(3));
        Delivery last = taken.remove(missing);

        station.finish(taken);
        station.nextEpoch();
        assertThat(station.consumer.commits())
                .allSatisfy(offsets -> assertThat(offsets.getOrDefault(P0, 0L)).isLessThanOrEqualTo(missing));

        station.finish(List.of(last));
        station.nextEpoch();
        assertThat(station.consumer.commits()).endsWith(Map.of(P0, 3L));
    }

    /** confluentinc/parallel-consumer#777. */
    @Test
    void what_workers_have_in_hand_when_its_partition_is_revoked_is_not_done_again() throws InterruptedException {
        station.consumer.append(P0, 3);
        station.consumer.assignOnly(P0);
        station.round();
        List<Delivery> inHand = station.take(2);
        station.time.after(SECOND, () -> station.finish(inHand));

        station.consumer.assignOnly();
        station.consumer.assignOnly(P0);
        workOff();

        assertThat(station.written()).containsExactlyElementsOf(results(P0, 3));
    }

    /** confluentinc/parallel-consumer#857. */
    @Test
    void after_a_hundred_rebalances_with_a_full_queue_records_flow_as_before() throws InterruptedException {
        station.consumer.append(P0, 10);
        station.consumer.append(P1, 10);
        for (int i = 0; i < 100; i++) {
            station.consumer.assignOnly(i % 3 == 0 ? new TopicPartition[] {P0} : new TopicPartition[] {P0, P1});
            station.rounds(2);
            station.consumer.assignOnly(i % 2 == 0 ? new TopicPartition[] {P1} : new TopicPartition[0]);
        }
        station.consumer.assignOnly(P0, P1);
        workOff();

        assertThat(station.written())
                .containsAll(results(P0, 10))
                .containsAll(results(P1, 10))
                .hasSize(20);
    }

    /** redpanda-data/connect#4009. */
    @Test
    void what_is_committed_when_a_partition_moves_is_what_has_an_outcome_by_count() throws InterruptedException {
        Station shedding = Station.atLeastOnce(DROP_NEWEST, 3);
        shedding.consumer.append(P0, 50);
        shedding.consumer.limitPolls(5);
        shedding.consumer.assignOnly(P0);
        for (int i = 0; i < 20; i++) {
            shedding.round();
            List<Delivery> inHand = shedding.take(3);
            shedding.time.after(SECOND, () -> shedding.finish(inHand));
            shedding.consumer.assignOnly();
            shedding.consumer.assignOnly(P0);
        }

        long committed = shedding.consumer.commits().stream()
                .mapToLong(offsets -> offsets.getOrDefault(P0, 0L))
                .max()
                .orElse(0);
        assertThat(committed).isPositive();
        assertThat(shedding.written()).hasSize((int) committed).doesNotHaveDuplicates();
        assertThat(shedding.loop.totals().committed().consumed()).isEqualTo(committed);
    }

    /** apache/pekko-connectors-kafka#617. */
    @Test
    void what_waits_of_a_partition_that_was_revoked_once_and_came_back_survives_later_rebalances()
            throws InterruptedException {
        station.consumer.append(P0, 5);
        station.consumer.assignOnly(P0, P1);
        station.consumer.assignOnly(P1);
        station.consumer.assignOnly(P0, P1);
        station.rounds(2);
        assertThat(station.queue.depth()).isEqualTo(3);

        station.consumer.assignOnly(P0, P1);
        station.consumer.assignOnly(P0);
        workOff();

        assertThat(station.written()).containsExactlyElementsOf(results(P0, 5));
    }

    /** apache/pekko-connectors-kafka#623. */
    @Test
    void a_worker_that_never_returns_keeps_no_rebalance_from_ending() throws InterruptedException {
        station.consumer.append(P0, 1);
        station.consumer.append(P1, 1);
        station.consumer.assignOnly(P0);
        station.round();
        List<Delivery> stuck = station.take(1);
        assertThat(stuck).hasSize(1);

        station.consumer.assignOnly(P1);

        assertThat(station.time.nanoTime())
                .isLessThan(Station.REVOCATION_TIMEOUT.plus(SECOND).toNanos());
        workOff();
        assertThat(station.written()).containsExactlyElementsOf(results(P1, 1));
    }

    /** spring-projects/spring-kafka#4622. */
    @Test
    void the_last_commit_is_made_though_the_one_before_has_no_answer_yet() throws InterruptedException {
        station.consumer.append(P0, 2);
        station.consumer.limitPolls(1);
        station.consumer.assignOnly(P0);
        station.consumer.holdCommitsBack();
        station.round();
        station.work();
        station.nextEpoch();
        station.work();

        assertThat(station.loop.drain(SECOND)).isTrue();
        assertThat(station.loop.commitLast(SECOND)).isTrue();

        assertThat(station.consumer.commits()).containsExactly(Map.of(P0, 1L), Map.of(P0, 2L));
    }

    /** atleon-io/atleon#422. */
    @Test
    void a_partition_that_is_paused_and_revoked_flows_when_it_comes_back() throws InterruptedException {
        station.consumer.append(P0, 10);
        station.consumer.assignOnly(P0);
        station.rounds(3);
        assertThat(station.consumer.paused()).containsExactly(P0);

        station.consumer.assignOnly(P1);
        station.round();
        station.consumer.assignOnly(P0, P1);
        workOff();

        assertThat(station.consumer.paused()).isEmpty();
        assertThat(station.written()).containsExactlyElementsOf(results(P0, 10));
    }

    /** apache/kafka#13283. */
    @Test
    void a_queue_that_is_full_by_bytes_goes_on_as_soon_as_it_is_worked_off() throws InterruptedException {
        Station heavy = Station.atLeastOnce(BLOCK, 100);
        for (TopicPartition partition : List.of(P0, P1)) {
            IntStream.range(0, 20)
                    .forEach(offset -> heavy.consumer.append(
                            Samples.record(partition, offset, null, new byte[400], new RecordHeaders())));
        }
        heavy.consumer.assignOnly(P0, P1);
        heavy.rounds(3);
        assertThat(heavy.queue.depth()).as("two of 400 bytes go into 1000").isEqualTo(2);
        assertThat(heavy.consumer.paused()).isNotEmpty();

        for (int i = 0; i < 40; i++) {
            heavy.work();
            heavy.round();
        }

        assertThat(heavy.written()).containsAll(results(P0, 20)).containsAll(results(P1, 20));
    }

    /** Until nothing is left. */
    private void workOff() throws InterruptedException {
        for (int i = 0; i < 30; i++) {
            station.round();
            station.work();
        }
        station.nextEpoch();
    }

    private static List<String> results(TopicPartition partition, int count) {
        return IntStream.range(0, count)
                .mapToObj(offset -> "out " + partition + "@" + offset)
                .toList();
    }
}
