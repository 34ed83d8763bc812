package dev.spillway.intake;

import static dev.spillway.flow.ShedPolicies.BLOCK;
import static dev.spillway.flow.ShedPolicies.DROP_NEWEST;
import static org.assertj.core.api.Assertions.assertThat;

import dev.spillway.intake.EpochHistory.EndedEpoch;
import dev.spillway.intake.IntakeStatus.EpochStatus;
import dev.spillway.intake.IntakeStatus.PartitionStatus;
import dev.spillway.intake.IntakeStatus.PauseReason;
import dev.spillway.ledger.Epoch;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the consumer loop says of itself. */
@Timeout(60)
class IntakeStatusTest {
    private static final TopicPartition P0 = new TopicPartition("in", 0);
    private static final TopicPartition P1 = new TopicPartition("in", 1);
    private static final Duration A_WHILE = Duration.ofMillis(100);

    private Station station = Station.exactlyOnce(BLOCK, 100);

    private IntakeStatus said() throws InterruptedException {
        station.time.advance(A_WHILE);
        station.round();
        return station.loop.status();
    }

    @Test
    void before_its_first_round_it_has_said_nothing() {
        assertThat(station.loop.status()).isEqualTo(IntakeStatus.NONE);
    }

    @Test
    void it_says_something_a_few_times_a_second_however_often_it_goes_round() throws InterruptedException {
        station.consumer.assignOnly(P0);
        IntakeStatus first = said();
        station.rounds(50);
        assertThat(station.loop.status()).isSameAs(first);

        assertThat(said().atNanos()).isEqualTo(first.atNanos() + A_WHILE.toNanos());
    }

    @Test
    void a_queue_that_is_full_is_the_reason_for_a_pause_and_what_waits_outside_is_counted()
            throws InterruptedException {
        station = Station.exactlyOnce(BLOCK, 2);
        station.consumer.assignOnly(P0);
        station.consumer.append(P0, 5);
        station.rounds(2);

        IntakeStatus full = said();
        assertThat(full.paused()).isEqualTo(PauseReason.QUEUE_FULL);
        assertThat(full.waiting()).isEqualTo(3);
        assertThat(full.outstanding()).isEqualTo(2);
        assertThat(full.queued()).isEqualTo(2);
        assertThat(station.loop.consumedRecords()).isEqualTo(2);

        for (int i = 0; i < 4; i++) {
            station.work();
            station.round();
        }
        assertThat(said().paused()).isNull();
    }

    @Test
    void admission_that_is_limited_is_another_reason() throws InterruptedException {
        station = Station.exactlyOnce(DROP_NEWEST, 100);
        station.consumer.assignOnly(P0);
        station.consumer.append(P0, 50);
        station.rounds(2);

        assertThat(said().paused()).isEqualTo(PauseReason.ADMISSION_LIMITED);
    }

    @Test
    void a_drain_is_another_reason() throws InterruptedException {
        station.consumer.assignOnly(P0);
        station.consumer.append(P0, 1);
        station.round();

        station.loop.drain(Duration.ofSeconds(1));

        assertThat(station.loop.status().paused()).isEqualTo(PauseReason.DRAINING);
    }

    @Test
    void lag_is_what_lies_between_the_committed_offset_and_the_end() throws InterruptedException {
        station.consumer.assignOnly(P0, P1);
        station.consumer.append(P0, 5);
        station.consumer.updateEndOffsets(Map.of(P0, 12L, P1, 0L));
        station.round();

        station.time.advance(Duration.ofSeconds(1));
        assertThat(said().partitions())
                .containsExactlyInAnyOrder(new PartitionStatus("in", 0, 5, 12), new PartitionStatus("in", 1, 0, 0));

        station.work();
        station.nextEpoch();
        station.time.advance(Duration.ofSeconds(1));
        assertThat(said().partitions()).contains(new PartitionStatus("in", 0, 0, 7));
    }

    @Test
    void lag_grows_while_the_partitions_are_paused_and_nothing_is_fetched() throws InterruptedException {
        station = Station.exactlyOnce(BLOCK, 2);
        station.loop.askForEnds(partitions -> CompletableFuture.completedFuture(Map.of(P0, 5000L)));
        station.consumer.assignOnly(P0);
        station.consumer.append(P0, 5);
        station.consumer.updateEndOffsets(Map.of(P0, 5L));
        station.rounds(2);
        assertThat(said().paused()).isEqualTo(PauseReason.QUEUE_FULL);

        for (int second = 0; second < 10; second++) {
            station.time.advance(Duration.ofSeconds(1));
            said();
        }
        assertThat(said().partitions()).containsExactly(new PartitionStatus("in", 0, 5, 5000));
    }

    @Test
    void nobody_is_asked_for_ends_that_fetching_tells_and_one_question_at_a_time() throws InterruptedException {
        List<CompletableFuture<Map<TopicPartition, Long>>> questions = new ArrayList<>();
        station = Station.exactlyOnce(BLOCK, 2);
        station.loop.askForEnds(partitions -> {
            questions.add(new CompletableFuture<>());
            return questions.get(questions.size() - 1);
        });
        station.consumer.assignOnly(P0);
        station.consumer.updateEndOffsets(Map.of(P0, 5L));
        for (int second = 0; second < 30; second++) {
            station.time.advance(Duration.ofSeconds(1));
            said();
        }
        assertThat(questions).isEmpty();

        station.consumer.append(P0, 5);
        for (int second = 0; second < 30; second++) {
            station.time.advance(Duration.ofSeconds(1));
            said();
        }
        assertThat(questions).hasSize(1);
        assertThat(said().partitions()).as("no answer").containsExactly(new PartitionStatus("in", 0, 5, 5));

        questions.get(0).completeExceptionally(new TimeoutException("a test"));
        for (int second = 0; second < 10; second++) {
            station.time.advance(Duration.ofSeconds(1));
            said();
        }
        assertThat(questions).hasSize(2);
    }

    @Test
    void epochs_that_are_not_committed_are_listed_with_when_they_came_into_their_state() throws InterruptedException {
        station.consumer.assignOnly(P0);
        station.consumer.append(P0, 3);
        station.round();
        long opened = station.time.nanoTime();
        var taken = station.take(2);
        station.time.advance(Station.INTERVAL);
        station.rounds(2);
        long sealed = station.time.nanoTime();

        assertThat(said().epochs())
                .containsExactly(
                        new EpochStatus(1, Epoch.State.SEALED, opened, sealed, 2, 2),
                        new EpochStatus(2, Epoch.State.OPEN, sealed, sealed, 1, 1));
        station.finish(taken);
    }

    @Test
    void what_became_of_an_epoch_is_kept_with_the_reason_of_an_abort() throws InterruptedException {
        station.consumer.assignOnly(P0);
        station.consumer.append(P0, 3);
        station.round();
        station.work();
        station.nextEpoch();
        EndedEpoch committed = station.loop.history().newest().get(0);
        assertThat(committed.report().state()).isEqualTo(Epoch.State.COMMITTED);
        assertThat(committed.report().totals().processed()).isEqualTo(3);
        assertThat(committed.reason()).isNull();
        assertThat(committed.lasted()).isGreaterThanOrEqualTo(Station.INTERVAL);
        assertThat(station.loop.history().durations().total()).isEqualTo(1);

        station.holdAcknowledgementsBack();
        station.consumer.append(P0, 1);
        station.rounds(2);
        station.work();
        station.failSend(new InvalidProducerEpochException("a test"));
        station.rounds(2);

        EndedEpoch aborted = station.loop.history().newest().get(0);
        assertThat(aborted.report().state()).isEqualTo(Epoch.State.ABORTED);
        assertThat(aborted.reason()).contains("a test");
        assertThat(station.loop.history().durations().total())
                .as("of those that were committed")
                .isEqualTo(1);
    }

    @Test
    void a_thousand_rebalances_leave_nothing_of_earlier_assignments_behind() throws InterruptedException {
        for (int i = 0; i < 1000; i++) {
            TopicPartition one = new TopicPartition("in", i);
            TopicPartition other = new TopicPartition("in", i + 1);
            station.consumer.append(one, 1);
            station.consumer.assignOnly(one, other);
            station.round();
            station.work();
            station.nextEpoch();
        }

        IntakeStatus status = said();
        assertThat(status.partitions()).extracting(PartitionStatus::partition).containsExactlyInAnyOrder(999, 1000);
        assertThat(status.epochs()).isEmpty();
        assertThat(status.rebalances()).isGreaterThanOrEqualTo(1000);
        assertThat(station.loop.history().newest()).hasSize(100);
        assertThat(station.loop.totals().epochs()).isEqualTo(1000);
    }
}
