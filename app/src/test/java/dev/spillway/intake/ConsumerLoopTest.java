package dev.spillway.intake;

import static dev.spillway.flow.ShedPolicies.BLOCK;
import static dev.spillway.flow.ShedPolicies.DROP_NEWEST;
import static dev.spillway.flow.ShedPolicies.DROP_OLDEST;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spillway.ledger.ImbalanceException;
import dev.spillway.processor.Attempts;
import dev.spillway.processor.ServiceTimes;
import dev.spillway.sink.Delivery;
import dev.spillway.sink.Samples;
import dev.spillway.sink.SinkException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.RetriableCommitFailedException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.GroupAuthorizationException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class ConsumerLoopTest {
    private static final TopicPartition P0 = new TopicPartition("in", 0);
    private static final TopicPartition P1 = new TopicPartition("in", 1);
    private static final Duration SECOND = Duration.ofSeconds(1);

    private Station station = Station.exactlyOnce(BLOCK, 100);

    private Station exactly(Station other, int records) {
        station = other;
        station.consumer.assignOnly(P0);
        station.consumer.append(P0, records);
        return station;
    }

    // ---- admission

    @Test
    void a_full_queue_pauses_the_partitions_and_polling_goes_on() throws InterruptedException {
        exactly(Station.exactlyOnce(BLOCK, 2), 5);

        station.rounds(10);

        assertThat(station.queue.depth()).isEqualTo(2);
        assertThat(station.consumer.paused()).containsExactly(P0);
        assertThat(station.consumer.polls()).isEqualTo(10);
    }

    @Test
    void partitions_are_resumed_when_everything_that_arrived_is_admitted() throws InterruptedException {
        exactly(Station.exactlyOnce(BLOCK, 2), 5);
        station.rounds(2);

        station.work();
        station.round();
        assertThat(station.consumer.paused()).containsExactly(P0);

        station.work();
        station.round();
        assertThat(station.consumer.paused()).isEmpty();
        assertThat(station.queue.depth()).isEqualTo(1);
    }

    @Test
    void what_waits_for_the_queue_is_one_polls_worth_at_most() throws InterruptedException {
        exactly(Station.exactlyOnce(BLOCK, 2), 100);
        station.consumer.limitPolls(5);

        station.rounds(20);

        assertThat(station.consumer.position(P0)).isEqualTo(5);
    }

    @Test
    void a_partition_that_comes_while_the_others_are_paused_is_paused_too() throws InterruptedException {
        exactly(Station.exactlyOnce(BLOCK, 2), 5);
        station.rounds(2);

        station.consumer.append(P1, 5);
        station.consumer.assignOnly(P0, P1);
        station.round();

        assertThat(station.consumer.paused()).containsExactlyInAnyOrder(P0, P1);
        assertThat(station.consumer.position(P1)).isZero();
    }

    /** With the group protocol {@code consumer} the assignment changes in a thread of Kafka's. */
    @Test
    void a_partition_that_is_taken_between_two_calls_keeps_no_other_from_being_paused_and_resumed()
            throws InterruptedException {
        exactly(Station.exactlyOnce(BLOCK, 2), 5);
        station.consumer.assignOnly(P0, P1);
        station.consumer.takeMeanwhile(P1);

        station.rounds(2);
        assertThat(station.consumer.paused()).contains(P0);

        station.work();
        station.round();
        station.work();
        station.round();
        assertThat(station.consumer.paused()).doesNotContain(P0);
    }

    @Test
    void a_partition_that_is_taken_between_two_calls_keeps_no_other_from_being_rewound() throws InterruptedException {
        exactly(Station.exactlyOnce(BLOCK, 10), 2);
        station.consumer.append(P1, 2);
        station.consumer.assignOnly(P0, P1);
        station.round();
        station.consumer.takeMeanwhile(P1);

        failEpoch();
        station.rounds(2);

        assertThat(station.take(10)).extracting(Delivery::toString).contains("in-0@0", "in-0@1");
    }

    @Test
    void records_keep_the_order_of_their_partition() throws InterruptedException {
        exactly(Station.exactlyOnce(BLOCK, 2), 6);
        for (int i = 0; i < 6; i++) {
            station.round();
            station.work();
        }
        station.nextEpoch();

        assertThat(station.written())
                .containsExactly("out in-0@0", "out in-0@1", "out in-0@2", "out in-0@3", "out in-0@4", "out in-0@5");
    }

    @Test
    void drop_oldest_sheds_what_has_waited_longest() throws InterruptedException {
        exactly(Station.exactlyOnce(DROP_OLDEST, 2), 5);
        station.round();
        station.work();
        station.nextEpoch();

        assertThat(station.written())
                .containsExactlyInAnyOrder("drops in-0@0", "drops in-0@1", "drops in-0@2", "out in-0@3", "out in-0@4");
        assertThat(station.transactions()).containsExactly(Map.of(P0, 5L));
        assertThat(station.loop.totals().committed().dropped()).isEqualTo(3);
    }

    @Test
    void a_record_that_no_queue_could_hold_becomes_a_dead_letter() throws InterruptedException {
        exactly(Station.exactlyOnce(BLOCK, 10), 1);
        station.consumer.append(Samples.record(P0, 1, null, new byte[1001], new RecordHeaders()));
        station.consumer.append(Samples.record(P0, 2));

        station.round();
        station.work();
        station.round();
        station.work();
        station.nextEpoch();

        assertThat(station.written()).containsExactlyInAnyOrder("out in-0@0", "dead-letters in-0@1", "out in-0@2");
        assertThat(Samples.header(station.writtenTo("dead-letters").get(0), "spillway.reason"))
                .contains("1001 bytes", "queue.capacity.bytes=1000");
        assertThat(station.transactions()).containsExactly(Map.of(P0, 3L));
    }

    @Test
    void a_failed_worker_ends_the_loop() {
        exactly(Station.exactlyOnce(BLOCK, 10), 1);
        station.workerToken.cancel("spillway-worker-1 failed: OutOfMemoryError");

        assertThatThrownBy(() -> station.round())
                .isInstanceOf(WorkerFailedException.class)
                .hasMessageContaining("OutOfMemoryError");
    }

    @Test
    void the_group_has_assigned_partitions_or_has_not() throws InterruptedException {
        assertThat(station.loop.hasAssignment()).isFalse();
        exactly(station, 0);
        station.round();
        assertThat(station.loop.hasAssignment()).isTrue();

        station.consumer.assignOnly();
        station.round();
        assertThat(station.loop.hasAssignment()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void a_topic_that_takes_no_tombstones_keeps_the_loop_from_polling_for_one_send_not_for_each(boolean exactlyOnce)
            throws InterruptedException {
        exactly(exactlyOnce ? Station.exactlyOnce(DROP_OLDEST, 2) : Station.atLeastOnce(DROP_OLDEST, 2), 12);
        station.sendsBlockFor(Duration.ofMinutes(1));
        long before = station.time.nanoTime();

        station.loop.runOnce();

        assertThat(Duration.ofNanos(station.time.nanoTime() - before)).isLessThan(Duration.ofMinutes(2));
    }

    // ---- commits

    @Test
    void nothing_is_committed_while_a_record_has_no_outcome() throws InterruptedException {
        exactly(Station.exactlyOnce(BLOCK, 10), 3);
        station.round();
        List<Delivery> slow = station.take(1);
        station.nextEpoch();

        assertThat(station.transactions()).isEmpty();

        station.finish(slow);
        station.round();
        assertThat(station.transactions()).containsExactly(Map.of(P0, 1L));
        assertThat(station.written()).containsExactly("out in-0@0");
    }

    @Test
    void epochs_commit_in_their_order() throws InterruptedException {
        exactly(Station.exactlyOnce(BLOCK, 10), 2);
        station.round();
        List<Delivery> first = station.take(1);
        station.nextEpoch();
        List<Delivery> second = station.take(1);
        station.finish(second);
        station.nextEpoch();
        assertThat(station.transactions()).isEmpty();

        station.finish(first);
        station.rounds(2);
        station.nextEpoch();

        assertThat(station.transactions()).containsExactly(Map.of(P0, 1L), Map.of(P0, 2L));
    }

    @Test
    void an_epoch_that_does_not_balance_is_never_committed() throws InterruptedException {
        exactly(Station.exactlyOnce(BLOCK, 10), 2);
        station.round();
        List<Delivery> taken = station.take(2);
        Delivery again = new Delivery(taken.get(0).record());
        again.moveTo(taken.get(0).run());

        // the counts are right: the first twice, the second not at all
        station.finish(List.of(taken.get(0), again));

        assertThatThrownBy(() -> station.nextEpoch())
                .isInstanceOf(ImbalanceException.class)
                .hasMessageContainingAll("in-0", "not conserved");
        assertThat(station.transactions()).isEmpty();
        assertThat(station.written()).isEmpty();
    }

    @Test
    void a_partition_that_ends_with_transaction_markers_shows_no_lag() throws InterruptedException {
        exactly(Station.exactlyOnce(BLOCK, 10), 2);
        station.consumer.mark(P0, 2);
        station.round();
        station.work();
        station.nextEpoch();

        assertThat(station.transactions()).containsExactly(Map.of(P0, 3L));
    }

    @Test
    void a_partition_whose_last_records_move_to_the_next_epoch_shows_no_lag() throws InterruptedException {
        exactly(Station.exactlyOnce(BLOCK, 10), 2);
        station.consumer.mark(P0, 2);
        station.round();
        station.finish(station.take(1));
        station.nextEpoch();
        station.work();
        station.nextEpoch();

        assertThat(station.transactions()).containsExactly(Map.of(P0, 1L), Map.of(P0, 3L));
    }

    @Test
    void at_least_once_offsets_are_committed_after_the_acknowledgements() throws InterruptedException {
        exactly(Station.atLeastOnce(BLOCK, 10), 2);
        station.holdAcknowledgementsBack();
        station.round();
        station.work();
        station.nextEpoch();
        assertThat(station.consumer.commits()).isEmpty();

        station.acknowledge();
        station.round();

        assertThat(station.consumer.commits()).containsExactly(Map.of(P0, 2L));
        assertThat(station.loop.totals().epochs()).isEqualTo(1);
    }

    @Test
    void a_commit_that_may_succeed_later_is_tried_again_in_the_next_round() throws InterruptedException {
        exactly(Station.atLeastOnce(BLOCK, 10), 2);
        station.consumer.refuseCommits(new RetriableCommitFailedException("no coordinator"));
        station.round();
        station.work();
        station.time.advance(Station.INTERVAL);
        station.round();
        station.round();
        assertThat(station.consumer.commits()).isEmpty();
        station.round();

        assertThat(station.consumer.commits()).containsExactly(Map.of(P0, 2L));
        assertThat(station.loop.totals().aborted()).isZero();
    }

    @Test
    void offsets_that_kafka_will_never_take_end_the_loop() throws InterruptedException {
        exactly(Station.atLeastOnce(BLOCK, 10), 2);
        station.consumer.refuseCommits(GroupAuthorizationException.forGroupId("app"));
        station.round();
        station.work();

        assertThatThrownBy(() -> station.nextEpoch()).isInstanceOf(SinkException.class);
    }

    @Test
    void without_an_interval_nothing_is_committed_before_the_end() throws InterruptedException {
        exactly(Station.inOneEpoch(BLOCK, 10), 5);
        station.round();
        station.work();
        station.time.advance(Duration.ofHours(1));
        station.rounds(5);
        assertThat(station.consumer.commits()).isEmpty();

        assertThat(station.loop.drain(SECOND)).isTrue();
        assertThat(station.consumer.commits()).isEmpty();
        assertThat(station.loop.commitLast(SECOND)).isTrue();

        assertThat(station.consumer.commits()).containsExactly(Map.of(P0, 5L));
        assertThat(station.loop.totals().epochs()).isEqualTo(1);
    }

    // ---- aborts

    @Test
    void an_aborted_epoch_is_polled_again_from_its_start() throws InterruptedException {
        exactly(Station.exactlyOnce(BLOCK, 10), 2);
        station.round();
        station.work();
        station.nextEpoch();
        station.consumer.append(P0, 3);
        station.rounds(2);
        List<Delivery> late = station.take(1);
        station.finish(station.take(1));
        assertThat(station.consumer.position(P0)).isEqualTo(5);

        station.producerAt(0).clear();
        failEpoch();
        station.finish(late);
        station.rounds(3);
        station.work();
        station.nextEpoch();

        assertThat(station.loop.totals().aborted()).isEqualTo(1);
        assertThat(station.loop.totals().committed().consumed()).isEqualTo(5);
        assertThat(station.transactions()).endsWith(Map.of(P0, 5L));
    }

    /** One more record is taken, and its send gets no answer. */
    private void failEpoch() throws InterruptedException {
        station.holdAcknowledgementsBack();
        station.finish(station.take(1));
        station.failSend(new TimeoutException("no answer"));
        station.round();
    }

    @Test
    void records_that_had_not_been_admitted_are_polled_again_too() throws InterruptedException {
        exactly(Station.exactlyOnce(BLOCK, 2), 6);
        station.round();

        failEpoch();
        station.acknowledge();
        for (int i = 0; i < 8; i++) {
            station.round();
            station.work();
            station.acknowledge();
        }
        station.nextEpoch();

        assertThat(station.loop.totals().committed().processed()).isEqualTo(6);
        assertThat(station.written()).hasSize(6).doesNotHaveDuplicates();
    }

    @Test
    void an_epoch_that_follows_an_aborted_one_is_aborted_with_it() throws InterruptedException {
        exactly(Station.exactlyOnce(BLOCK, 10), 3);
        station.round();
        List<Delivery> first = station.take(1);
        station.nextEpoch();
        station.finish(station.take(1));
        station.holdAcknowledgementsBack();
        station.finish(first);
        station.failSend(new InvalidProducerEpochException("timed out"));
        station.round();

        assertThat(station.loop.totals().aborted()).isEqualTo(2);
        assertThat(station.transactions()).isEmpty();
        assertThat(station.written()).isEmpty();
    }

    @Test
    void a_commit_that_failed_is_followed_by_a_rewind() throws InterruptedException {
        exactly(Station.exactlyOnce(BLOCK, 10), 2);
        station.round();
        station.work();
        station.producerAt(0).commitTransactionException = new InvalidProducerEpochException("timed out");
        station.nextEpoch();
        station.producerAt(0).commitTransactionException = null;
        station.round();
        station.work();
        station.nextEpoch();

        assertThat(station.loop.totals().aborted()).isEqualTo(1);
        assertThat(station.written()).containsExactly("out in-0@0", "out in-0@1");
        assertThat(station.transactions()).containsExactly(Map.of(P0, 2L));
    }

    @Test
    void a_commit_of_a_member_that_is_none_any_more_is_followed_by_a_rewind() throws InterruptedException {
        exactly(Station.atLeastOnce(BLOCK, 10), 2);
        station.consumer.refuseCommits(new CommitFailedException("not a member any more"));
        station.round();
        station.work();
        station.nextEpoch();
        assertThat(station.loop.totals().aborted()).isEqualTo(1);

        station.work();
        station.nextEpoch();
        assertThat(station.consumer.commits()).containsExactly(Map.of(P0, 2L));
    }

    @Test
    void a_send_that_will_never_be_allowed_ends_the_loop() throws InterruptedException {
        exactly(Station.exactlyOnce(BLOCK, 10), 2);
        station.holdAcknowledgementsBack();
        station.round();
        station.work();
        station.failSend(new TopicAuthorizationException("out"));

        assertThatThrownBy(() -> station.round()).isInstanceOf(TopicAuthorizationException.class);
    }

    @Test
    void a_send_that_is_fenced_aborts_its_epoch_since_it_may_have_taken_too_long() throws InterruptedException {
        exactly(Station.exactlyOnce(BLOCK, 10), 2);
        station.holdAcknowledgementsBack();
        station.round();
        station.work();
        station.failSend(new ProducerFencedException("fenced"));

        station.round();

        assertThat(station.loop.totals().aborted()).isEqualTo(1);
    }

    @Test
    void who_is_fenced_asks_by_the_name_that_it_has_joined_under() throws InterruptedException {
        exactly(Station.exactlyOnce(BLOCK, 10), 2);
        station.round();
        station.work();
        station.producerAt(0).fenceProducer();

        assertThatThrownBy(() -> station.nextEpoch()).isInstanceOf(SinkException.class);

        assertThat(station.askedAs).isEqualTo(station.consumer.groupMetadata());
    }

    @Test
    void an_epoch_whose_transaction_is_about_to_time_out_is_aborted() throws InterruptedException {
        exactly(Station.exactlyOnce(BLOCK, 10), 2);
        station.round();
        List<Delivery> stuck = station.take(1);

        station.time.advance(Duration.ofMillis(26_900));
        station.round();
        assertThat(station.loop.totals().aborted()).isZero();

        station.time.advance(Duration.ofMillis(100));
        station.round();
        assertThat(station.loop.totals().aborted()).isPositive();
        station.finish(stuck);
        assertThat(station.written()).isEmpty();
    }

    @Test
    void while_a_commit_waits_for_its_answer_nothing_else_is_aborted() throws InterruptedException {
        exactly(Station.exactlyOnce(BLOCK, 10), 2);
        station.round();
        station.work();
        station.brokerIsSlow();
        station.nextEpoch();
        station.time.advance(Duration.ofSeconds(28));
        station.consumer.append(P0, 2);

        station.rounds(10);

        assertThat(station.loop.totals().aborted()).isZero();
        station.brokerAnswers();
        station.work();
        station.nextEpoch();
        assertThat(station.transactions()).containsExactly(Map.of(P0, 2L), Map.of(P0, 4L));
    }

    @Test
    void after_a_transaction_that_timed_out_epochs_have_half_as_many_outcomes_until_commits_are_quick()
            throws InterruptedException {
        exactly(Station.exactlyOnce(DROP_OLDEST, 10), 400);
        station.round();
        station.time.advance(Duration.ofSeconds(27));
        station.brokerIsSlow();
        station.round();
        station.brokerAnswers();
        station.brokerIsSlow();
        assertThat(station.loop.totals().aborted()).isEqualTo(1);
        station.consumer.append(P0, 1000);

        station.rounds(20);

        assertThat(station.loop.epochs().live())
                .extracting(epoch -> epoch.epoch().ledger().settled())
                .as("half of 390")
                .containsExactly(195L, 195L);
        assertThat(station.consumer.paused()).contains(P0);
        station.brokerAnswers();
        station.rounds(20);
        assertThat(station.writtenTo("drops")).hasSizeGreaterThan(1000);
    }

    @Test
    void a_result_that_spoils_a_transaction_is_dead_lettered_when_its_record_comes_again() throws InterruptedException {
        exactly(Station.exactlyOnce(BLOCK, 10), 2);
        station.holdAcknowledgementsBack();
        station.round();
        station.finish(station.take(1));
        station.failSend(new RecordTooLargeException("too large"));
        station.rounds(2);

        assertThat(station.loop.totals().aborted()).isEqualTo(1);
        List<Delivery> again = station.take(2);
        assertThat(again).extracting(Delivery::toString).containsExactly("in-0@0", "in-0@1");
        assertThat(station.spoiled.reasonFor(again.get(0)))
                .hasValueSatisfying(reason -> assertThat(reason).contains("too large"));
        assertThat(station.spoiled.reasonFor(again.get(1))).isEmpty();
    }

    @Test
    void at_least_once_a_result_that_kafka_refuses_is_dead_lettered_at_once() throws InterruptedException {
        exactly(Station.atLeastOnce(BLOCK, 10), 2);
        station.holdAcknowledgementsBack();
        station.round();
        station.work();
        station.failSend(new RecordTooLargeException("too large"));
        station.acknowledge();
        station.round();
        station.acknowledge();
        station.nextEpoch();

        assertThat(station.loop.totals().aborted()).isZero();
        assertThat(station.loop.totals().committed().deadLettered()).isEqualTo(1);
        assertThat(Samples.sent(station.writtenTo("dead-letters"))).containsExactly("dead-letters in-0@0");
        assertThat(station.consumer.commits()).containsExactly(Map.of(P0, 2L));
    }

    // ---- rebalances

    @Test
    void revoked_records_that_nobody_touched_stay_with_kafka() throws InterruptedException {
        exactly(Station.exactlyOnce(BLOCK, 3), 5);
        station.round();
        station.finish(station.take(1));

        station.consumer.assignOnly(P1);

        assertThat(station.transactions()).containsExactly(Map.of(P0, 1L));
        assertThat(station.queue.depth()).isZero();
        assertThat(station.written()).containsExactly("out in-0@0");

        station.consumer.append(P1, 1);
        station.rounds(2);
        station.work();
        station.nextEpoch();
        assertThat(station.transactions()).endsWith(Map.of(P1, 1L));
    }

    @Test
    void a_partition_of_which_nothing_was_touched_is_given_up_without_a_commit() throws InterruptedException {
        exactly(Station.exactlyOnce(BLOCK, 3), 5);
        station.round();

        station.consumer.assignOnly();

        assertThat(station.transactions()).isEmpty();
        assertThat(station.time.nanoTime()).isLessThan(Station.REVOCATION_TIMEOUT.toNanos());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void a_revocation_waits_for_what_workers_have_in_hand(boolean exactlyOnce) throws InterruptedException {
        exactly(exactlyOnce ? Station.exactlyOnce(BLOCK, 3) : Station.atLeastOnce(BLOCK, 3), 2);
        station.round();
        List<Delivery> taken = station.take(1);
        station.time.after(SECOND, () -> station.finish(taken));

        station.consumer.assignOnly();

        assertThat(exactlyOnce ? station.transactions() : station.consumer.commits())
                .containsExactly(Map.of(P0, 1L));
        assertThat(station.written()).containsExactly("out in-0@0");
    }

    @Test
    void a_revocation_that_misses_its_deadline_commits_nothing() throws InterruptedException {
        exactly(Station.exactlyOnce(BLOCK, 10), 2);
        station.consumer.append(P1, 2);
        station.consumer.assignOnly(P0, P1);
        station.round();
        List<Delivery> stuck = station.take(10);
        assertThat(stuck).hasSize(4);

        station.consumer.assignOnly(P1);

        assertThat(station.time.nanoTime())
                .isBetween(
                        Station.REVOCATION_TIMEOUT.toNanos(),
                        Station.REVOCATION_TIMEOUT.plusMillis(50).toNanos());
        assertThat(station.transactions()).isEmpty();
        station.finish(stuck);
        station.rounds(2);
        station.work();
        station.nextEpoch();
        assertThat(station.written()).containsExactly("out in-1@0", "out in-1@1");
        assertThat(station.transactions()).containsExactly(Map.of(P1, 2L));
    }

    @Test
    void records_that_wait_for_the_queue_are_forgotten_with_their_partition() throws InterruptedException {
        exactly(Station.exactlyOnce(BLOCK, 2), 5);
        station.round();
        station.consumer.assignOnly(P1);
        station.consumer.append(P1, 1);

        station.rounds(3);

        assertThat(station.take(10)).extracting(Delivery::toString).containsExactly("in-1@0");
    }

    @Test
    void records_of_other_partitions_stay_through_a_revocation() throws InterruptedException {
        exactly(Station.exactlyOnce(BLOCK, 10), 2);
        station.consumer.append(P1, 2);
        station.consumer.assignOnly(P0, P1);
        station.round();

        station.consumer.assignOnly(P1);
        station.work();
        station.nextEpoch();

        assertThat(station.written()).containsExactly("out in-1@0", "out in-1@1");
        assertThat(station.transactions()).containsExactly(Map.of(P1, 2L));
    }

    @Test
    void a_commit_that_is_under_way_when_partitions_are_revoked_is_waited_for() throws InterruptedException {
        exactly(Station.atLeastOnce(BLOCK, 10), 2);
        station.round();
        station.work();
        station.consumer.holdCommitsBack();
        station.nextEpoch();
        long before = station.time.nanoTime();

        station.consumer.assignOnly();

        assertThat(station.consumer.commits()).containsExactly(Map.of(P0, 2L));
        assertThat(station.loop.totals().epochs()).isEqualTo(1);
        assertThat(station.time.nanoTime() - before).isLessThan(SECOND.toNanos());
    }

    @Test
    void nothing_of_lost_partitions_is_committed_or_seen() throws InterruptedException {
        exactly(Station.exactlyOnce(BLOCK, 10), 2);
        station.consumer.append(P1, 2);
        station.consumer.assignOnly(P0, P1);
        station.round();
        List<Delivery> late = station.take(1);
        station.finish(station.take(1));

        station.consumer.lose(P0);
        station.finish(late);
        station.rounds(2);
        station.work();
        station.nextEpoch();

        assertThat(station.written()).containsExactly("out in-1@0", "out in-1@1");
        assertThat(station.transactions()).containsExactly(Map.of(P1, 2L));
    }

    @Test
    void at_least_once_nothing_of_lost_partitions_is_committed() throws InterruptedException {
        exactly(Station.atLeastOnce(BLOCK, 10), 2);
        station.round();
        station.finish(station.take(1));

        station.consumer.lose(P0);
        station.nextEpoch();

        assertThat(station.consumer.commits()).isEmpty();
    }

    @Test
    void a_commit_of_lost_partitions_is_not_tried_again() throws InterruptedException {
        exactly(Station.atLeastOnce(BLOCK, 10), 2);
        station.consumer.refuseCommits(new RetriableCommitFailedException("no coordinator"));
        station.round();
        station.work();
        station.time.advance(Station.INTERVAL);
        station.rounds(2);

        station.consumer.lose(P0);
        station.rounds(3);

        assertThat(station.consumer.commits()).isEmpty();
        assertThat(station.loop.totals().aborted()).isEqualTo(1);
    }

    @Test
    void a_commit_of_lost_partitions_is_not_tried_again_when_its_answer_comes_late() throws InterruptedException {
        exactly(Station.atLeastOnce(BLOCK, 10), 2);
        station.consumer.holdCommitsBack();
        station.round();
        station.work();
        station.time.advance(Station.INTERVAL);
        station.rounds(2);

        station.consumer.lose(P0);
        station.consumer.refuseCommits(new RetriableCommitFailedException("no coordinator"));
        station.consumer.answerCommits();
        station.rounds(3);

        assertThat(station.consumer.commits()).isEmpty();
        assertThat(station.loop.totals().aborted()).isEqualTo(1);
    }

    @Test
    void a_partition_that_was_lost_and_came_back_is_not_rewound_by_a_commit_from_before() throws InterruptedException {
        exactly(Station.exactlyOnce(BLOCK, 10), 2);
        station.round();
        station.work();
        station.brokerIsSlow();
        station.nextEpoch();
        station.consumer.lose(P0);

        // another owner has committed both records
        station.consumer.assignOnly(P0);
        station.consumer.seek(P0, 2);
        station.producerAt(0).commitTransactionException = new CommitFailedException("not a member any more");
        station.brokerAnswers();
        station.rounds(2);

        assertThat(station.loop.totals().aborted()).isEqualTo(1);
        assertThat(station.queue.depth()).as("records polled again").isZero();
    }

    // ---- the end

    @Test
    void a_drain_lets_everything_settle_and_commit() throws InterruptedException {
        exactly(Station.exactlyOnce(BLOCK, 2), 5);
        station.round();
        station.time.after(Duration.ofMillis(50), this::workAll);

        assertThat(station.loop.drain(SECOND)).isTrue();
        assertThat(station.loop.commitLast(SECOND)).isTrue();

        // three had not been admitted
        assertThat(station.written()).containsExactly("out in-0@0", "out in-0@1");
        assertThat(station.transactions()).endsWith(Map.of(P0, 2L));
    }

    private void workAll() {
        try {
            station.work();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void a_drain_keeps_polling_and_takes_nothing_new() throws InterruptedException {
        exactly(Station.exactlyOnce(BLOCK, 10), 2);
        station.round();
        station.consumer.append(P0, 5);
        int polls = station.consumer.polls();

        station.loop.drain(SECOND);

        assertThat(station.consumer.polls() - polls).isGreaterThan(50);
        assertThat(station.consumer.position(P0)).isEqualTo(2);
    }

    @Test
    void a_drain_that_takes_too_long_gives_untouched_records_back() throws InterruptedException {
        exactly(Station.exactlyOnce(BLOCK, 10), 5);
        station.round();
        List<Delivery> slow = station.take(2);
        station.time.after(Duration.ofMillis(800), () -> station.finish(slow));

        assertThat(station.loop.drain(SECOND)).isTrue();
        assertThat(station.queue.depth()).isZero();
        assertThat(station.time.nanoTime())
                .isBetween(
                        Duration.ofMillis(800).toNanos(), Duration.ofMillis(850).toNanos());
        assertThat(station.loop.commitLast(SECOND)).isTrue();
        assertThat(station.transactions()).endsWith(Map.of(P0, 2L));
    }

    @Test
    void a_drain_that_misses_its_deadline_says_so() throws InterruptedException {
        exactly(Station.exactlyOnce(BLOCK, 10), 5);
        station.round();
        station.take(2);

        assertThat(station.loop.drain(SECOND)).isFalse();
        assertThat(station.loop.commitLast(SECOND)).isFalse();
        station.loop.abandon("too late");

        assertThat(station.transactions()).isEmpty();
        assertThat(station.loop.totals().committed().consumed()).isZero();
    }

    @Test
    void a_commit_that_is_under_way_at_the_end_is_waited_for() throws InterruptedException {
        exactly(Station.atLeastOnce(BLOCK, 10), 2);
        station.round();
        station.work();
        station.consumer.holdCommitsBack();
        station.nextEpoch();

        assertThat(station.loop.drain(SECOND)).isTrue();
        assertThat(station.loop.commitLast(SECOND)).isTrue();

        assertThat(station.consumer.commits()).containsExactly(Map.of(P0, 2L));
    }

    @Test
    void an_idle_run_ends_at_once() throws InterruptedException {
        exactly(Station.exactlyOnce(BLOCK, 10), 0);
        station.rounds(3);

        assertThat(station.loop.drain(SECOND)).isTrue();
        assertThat(station.loop.commitLast(SECOND)).isTrue();
        assertThat(station.time.nanoTime()).isZero();
    }

    @Test
    void the_end_of_the_input_is_reached_when_all_of_it_is_committed() throws InterruptedException {
        exactly(Station.exactlyOnce(BLOCK, 2), 3);
        station.loop.finishAt(Map.of(P0, 3L));

        station.round();
        station.work();
        station.round();
        assertThat(station.loop.isFinished()).isFalse();

        station.work();
        station.rounds(2);
        assertThat(station.loop.isFinished()).isTrue();
        assertThat(station.transactions()).endsWith(Map.of(P0, 3L));
    }

    @Test
    void nothing_behind_the_end_of_the_input_is_taken_once_it_is_reached() throws InterruptedException {
        exactly(Station.exactlyOnce(BLOCK, 10), 3);
        station.loop.finishAt(Map.of(P0, 3L));
        station.round();
        station.consumer.append(P0, 3);

        station.rounds(5);

        assertThat(station.consumer.position(P0)).isEqualTo(3);
    }

    @Test
    void an_epoch_that_is_aborted_at_the_end_of_the_input_is_polled_again() throws InterruptedException {
        exactly(Station.exactlyOnce(BLOCK, 10), 2);
        station.loop.finishAt(Map.of(P0, 2L));
        station.round();
        station.holdAcknowledgementsBack();
        station.work();
        station.failSend(new TimeoutException("no answer"));
        station.rounds(2);
        assertThat(station.loop.isFinished()).isFalse();

        station.acknowledge();
        station.work();
        station.rounds(2);
        assertThat(station.loop.isFinished()).isTrue();
        assertThat(station.transactions()).containsExactly(Map.of(P0, 2L));
    }

    @Test
    void a_run_in_one_epoch_reaches_the_end_of_the_input_when_all_of_it_has_settled() throws InterruptedException {
        exactly(Station.inOneEpoch(BLOCK, 10), 2);
        station.loop.finishAt(Map.of(P0, 2L));
        station.rounds(2);
        assertThat(station.loop.isFinished()).isFalse();

        station.work();
        station.round();
        assertThat(station.loop.isFinished()).isTrue();
        assertThat(station.consumer.commits()).isEmpty();
    }

    @Test
    void a_run_in_one_epoch_takes_all_of_the_input_after_an_abort_too() throws InterruptedException {
        exactly(Station.inOneEpoch(DROP_OLDEST, 10), 400);
        station.loop.finishAt(Map.of(P0, 400L));
        station.holdAcknowledgementsBack();
        station.round();
        station.failSend(new TimeoutException("no answer"));

        station.rounds(5);
        station.work();
        station.acknowledge();
        station.rounds(2);

        assertThat(station.loop.totals().aborted()).isEqualTo(1);
        assertThat(station.loop.isFinished()).isTrue();
    }

    @Test
    void a_run_in_one_epoch_whose_only_commit_fails_at_the_end_of_the_input_has_not_committed_everything()
            throws InterruptedException {
        exactly(Station.inOneEpoch(BLOCK, 10), 2);
        station.loop.finishAt(Map.of(P0, 2L));
        station.rounds(2);
        station.work();
        station.round();
        assertThat(station.loop.isFinished()).isTrue();
        station.consumer.schedulePollTask(
                () -> station.consumer.refuseCommits(new CommitFailedException("no member any more")));

        assertThat(station.loop.drain(SECOND)).isTrue();
        boolean committed = station.loop.commitLast(SECOND);

        assertThat(station.consumer.commits()).isEmpty();
        assertThat(committed).isFalse();
    }

    @Test
    void after_an_abort_an_overloaded_queue_sheds_as_before() throws InterruptedException {
        exactly(Station.exactlyOnce(DROP_OLDEST, 120), 0);
        station.consumer.limitPolls(50);
        overload(20);
        station.holdAcknowledgementsBack();
        station.finish(station.take(1));
        station.failSend(new TimeoutException("no answer"));
        station.round();
        assertThat(station.loop.totals().aborted()).isEqualTo(1);
        int before = station.writtenTo("drops").size();

        overload(500);

        assertThat(station.writtenTo("drops").size() - before).isGreaterThan(8000);
    }

    /** A tenth of what comes in an epoch's time can be done in it. */
    private void overload(int epochs) throws InterruptedException {
        for (int i = 0; i < epochs; i++) {
            station.consumer.append(P0, 20);
            station.rounds(2);
            station.acknowledge();
            station.finish(station.take(2));
            station.acknowledge();
            station.nextEpoch();
            station.acknowledge();
            station.rounds(2);
        }
    }

    @Test
    void after_an_abort_epochs_that_are_full_do_not_wait_for_their_time() throws InterruptedException {
        exactly(Station.atLeastOnceEvery(Duration.ofSeconds(60)), 2);
        station.consumer.limitPolls(100);
        station.rounds(2);
        station.holdAcknowledgementsBack();
        station.finish(station.take(1));
        station.failSend(new TimeoutException("no answer"));
        station.rounds(2);
        station.consumer.append(P0, 10_000);
        long start = station.time.nanoTime();

        for (int i = 0; i < 1000 && station.consumer.position(P0) < 10_002; i++) {
            station.rounds(2);
            station.work();
            station.acknowledge();
        }

        assertThat(station.consumer.position(P0)).isEqualTo(10_002);
        assertThat(station.time.nanoTime() - start)
                .isLessThan(Duration.ofSeconds(60).toNanos());
    }

    @Test
    void by_how_much_epochs_become_smaller_the_one_says_that_is_given_up() throws InterruptedException {
        exactly(Station.exactlyOnce(DROP_OLDEST, 120), 1);
        station.rounds(2);
        station.work();
        station.brokerIsSlow();
        station.nextEpoch(); // one record: being committed
        for (int i = 0; i < 40; i++) {
            station.consumer.append(P0, 100);
            station.rounds(2);
            station.work();
        }

        station.time.advance(Duration.ofSeconds(27));
        station.consumer.limitPolls(1);
        station.round();
        station.brokerAnswers();
        station.loop.epochs().ensureOpen();

        assertThat(station.loop.totals().aborted()).isEqualTo(1);
        assertThat(station.loop.epochs().room()).isEqualTo(2000);
    }

    @Test
    void the_end_of_the_input_is_not_reached_before_there_is_an_assignment() throws InterruptedException {
        station.loop.finishAt(Map.of(P0, 3L));
        station.round();

        assertThat(station.loop.isFinished()).isFalse();
    }

    @Test
    void the_end_of_the_input_is_not_reached_by_losing_what_is_left_of_it() throws InterruptedException {
        exactly(Station.exactlyOnce(BLOCK, 10), 3);
        station.loop.finishAt(Map.of(P0, 3L));
        station.round();

        station.consumer.lose(P0);
        station.round();

        assertThat(station.transactions()).isEmpty();
        assertThat(station.loop.isFinished()).isFalse();
    }

    // ---- slow work under exactly once

    @Test
    void a_record_that_no_queue_could_hold_does_not_keep_the_slow_work_before_it_from_being_committed()
            throws InterruptedException {
        exactly(Station.exactlyOnce(BLOCK, 20), 20);
        station.consumer.append(Samples.record(P0, 20, null, new byte[1001], new RecordHeaders()));

        // two workers, 3 s each: 30 s for the queue, more than its transaction may take, for five minutes
        for (int i = 0; i < 100; i++) {
            station.round();
            List<Delivery> taken = station.take(2);
            station.time.advance(Duration.ofSeconds(3));
            station.rounds(2);
            station.finish(taken);
        }

        assertThat(station.transactions()).endsWith(Map.of(P0, 21L));
    }

    @Test
    void until_a_service_time_is_known_arrivals_are_held_back_and_not_shed() throws InterruptedException {
        exactly(Station.exactlyOnce(DROP_NEWEST, 5), 20);

        station.rounds(5);

        assertThat(station.queue.depth()).isEqualTo(2 * Station.WORKERS);
        assertThat(station.written()).isEmpty();
        assertThat(station.consumer.paused()).containsExactly(P0);
    }

    @Test
    void what_a_quarter_of_the_transaction_timeout_cannot_hold_is_shed() throws InterruptedException {
        exactly(Station.exactlyOnce(DROP_NEWEST, 20), 4);
        station.round();
        station.work();
        // two workers, 7.5 s, 3 s each: five
        ServiceTimes.add(station.workers, 4, Duration.ofSeconds(3));
        station.consumer.append(P0, 20);

        station.rounds(3);

        assertThat(station.queue.depth()).isEqualTo(5);
        assertThat(station.queue.snapshot().limit()).isEqualTo(5);
        station.work();
        station.nextEpoch();
        assertThat(station.loop.totals().committed().dropped()).isEqualTo(15);
        assertThat(station.transactions()).endsWith(Map.of(P0, 24L));
    }

    @Test
    void an_abort_by_timeout_halves_what_is_admitted() throws InterruptedException {
        exactly(Station.exactlyOnce(DROP_NEWEST, 20), 4);
        station.round();
        ServiceTimes.add(station.workers, 4, Duration.ofSeconds(3));
        station.round();
        assertThat(station.queue.snapshot().limit()).isEqualTo(5);

        station.time.advance(Duration.ofSeconds(27));
        station.round();

        assertThat(station.loop.totals().aborted()).isEqualTo(1);
        assertThat(station.queue.snapshot().limit()).isEqualTo(2);
    }

    @Test
    void where_nothing_is_settled_at_the_door_the_whole_queue_may_be_used() throws InterruptedException {
        exactly(Station.exactlyOnce(DROP_OLDEST, 20), 20);
        ServiceTimes.add(station.workers, 4, Duration.ofSeconds(10));

        station.rounds(3);

        assertThat(station.queue.depth()).isEqualTo(20);
    }

    @Test
    void while_what_the_processor_depends_on_is_down_nothing_is_admitted_and_nothing_shed()
            throws InterruptedException {
        exactly(Station.withBreaker(2, 4), 4);
        station.round();
        List<Delivery> taken = station.take(2);
        Attempts.add(station.workers.downstream(), 0, 2);
        station.round();
        station.consumer.append(P0, 20);

        station.rounds(5);

        assertThat(station.queue.snapshot().shed()).isEmpty();
        assertThat(station.queue.snapshot().admitted()).isEqualTo(4);
        assertThat(station.consumer.paused()).contains(P0);
        Attempts.add(station.workers.downstream(), 1, 0);
        station.finish(taken);
        station.rounds(3);
        assertThat(station.queue.snapshot().admitted()).isGreaterThan(4);
    }

    @Test
    void while_it_is_down_and_nothing_is_left_to_try_a_probe_is_admitted() throws InterruptedException {
        exactly(Station.withBreaker(2, 4), 4);
        Attempts.add(station.workers.downstream(), 0, 2);

        station.rounds(2);

        assertThat(station.take(4)).hasSize(1);
    }

    @Test
    void after_an_outage_of_what_the_processor_depends_on_as_much_is_admitted_as_before() throws InterruptedException {
        exactly(Station.exactlyOnceWithBreaker(2, 20), 4);
        station.round();
        ServiceTimes.add(station.workers, 4, Duration.ofSeconds(1));
        station.round();
        assertThat(station.queue.snapshot().limit()).isEqualTo(15);
        Attempts.add(station.workers.downstream(), 0, 2);
        station.round();

        for (int i = 0; i < 20; i++) { // nine minutes, in which each epoch has nothing but probes
            station.rounds(2);
            station.take(1);
            station.time.advance(Duration.ofSeconds(27));
        }
        station.rounds(2);
        Attempts.add(station.workers.downstream(), 1, 0);
        station.rounds(2);
        ServiceTimes.add(station.workers, 4, Duration.ofSeconds(1));
        station.time.advance(Duration.ofSeconds(1));
        station.rounds(2);

        assertThat(station.loop.totals().aborted()).as("aborted").isGreaterThan(10);
        assertThat(station.queue.snapshot().limit()).isEqualTo(15);
    }
}
