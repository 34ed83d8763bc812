package dev.spillway.intake;

import static dev.spillway.sink.Samples.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spillway.flow.PassingTime;
import dev.spillway.flow.ShedPolicies;
import dev.spillway.flow.ShedPolicy;
import dev.spillway.flow.ShedQueue;
import dev.spillway.flow.ShedReason;
import dev.spillway.ledger.RunTotals;
import dev.spillway.sink.AcknowledgingSink;
import dev.spillway.sink.Delivery;
import dev.spillway.sink.EpochAbortedException;
import dev.spillway.sink.Output;
import dev.spillway.sink.OutputTooLargeException;
import dev.spillway.sink.Samples;
import dev.spillway.sink.SpoiledOrigins;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.LongStream;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class EpochPipelineTest {
    private static final TopicPartition P0 = new TopicPartition("in", 0);
    private static final TopicPartition P1 = new TopicPartition("in", 1);
    private static final Duration INTERVAL = Duration.ofMillis(100);

    private final PassingTime time = new PassingTime();
    private final List<Map<TopicPartition, Long>> commits = new ArrayList<>();
    private CompletableFuture<@Nullable Void> answer = CompletableFuture.completedFuture(null);
    private ShedQueue<Delivery> queue = queue(100, ShedPolicies.BLOCK);
    private EpochPipeline epochs = pipeline();

    private ShedQueue<Delivery> queue(int capacity, ShedPolicy policy) {
        return new ShedQueue<>(capacity, 1_000_000, policy, Delivery::size, time);
    }

    private EpochPipeline pipeline() {
        AcknowledgingSink sink = new AcknowledgingSink(
                Samples.producer(true), Samples.outputs(time), new SpoiledOrigins(), this::commit, () -> {});
        return new EpochPipeline(sink, queue, INTERVAL, new EpochSize(null), () -> Samples.GROUP, time, () -> {});
    }

    private void use(int capacity, ShedPolicy policy) {
        queue = queue(capacity, policy);
        epochs = pipeline();
    }

    private CompletableFuture<@Nullable Void> commit(Map<TopicPartition, OffsetAndMetadata> offsets) {
        Map<TopicPartition, Long> plain = new HashMap<>();
        offsets.forEach((partition, offset) -> plain.put(partition, offset.offset()));
        commits.add(plain);
        return answer;
    }

    /** Polls records of these offsets into the open epoch. */
    private void poll(TopicPartition partition, long... offsets) {
        assertThat(epochs.ensureOpen()).isTrue();
        List<Delivery> arrivals = LongStream.of(offsets)
                .mapToObj(offset -> new Delivery(Samples.record(partition, offset)))
                .toList();
        epochs.stamp(arrivals);
        var offer = queue.offerAll(arrivals);
        epochs.consumed(arrivals.subList(0, offer.handled()));
        epochs.drop(offer.victims());
    }

    private List<Delivery> take(int count) throws InterruptedException {
        List<Delivery> taken = new ArrayList<>();
        queue.takeBatch(taken, count);
        return taken;
    }

    private static void finish(List<Delivery> taken) throws OutputTooLargeException {
        for (Delivery delivery : taken) {
            Samples.process(delivery.run().publisher(), delivery, List.of(new Output(null, bytes("v"), null)));
        }
    }

    private List<String> queued() {
        List<String> queued = new ArrayList<>();
        queue.forEach(delivery -> queued.add(delivery.toString()));
        return queued;
    }

    @Test
    void an_epoch_is_sealed_when_its_interval_has_passed() throws Exception {
        poll(P0, 0);
        finish(take(1));
        epochs.sealIfDue();
        epochs.advance();
        assertThat(commits).isEmpty();

        time.advance(INTERVAL);
        epochs.sealIfDue();
        epochs.advance();
        assertThat(commits).containsExactly(Map.of(P0, 1L));
    }

    @Test
    void the_interval_begins_with_the_first_record() throws Exception {
        assertThat(epochs.ensureOpen()).isTrue();
        time.advance(INTERVAL.multipliedBy(5));
        poll(P0, 0);
        finish(take(1));

        epochs.sealIfDue();
        epochs.advance();

        assertThat(commits).isEmpty();
    }

    @Test
    void what_is_queued_moves_on_in_both_ledgers_when_an_epoch_is_sealed() throws Exception {
        poll(P0, 0, 1, 2, 3);
        List<Delivery> taken = take(2);

        assertThat(epochs.seal()).isTrue();

        assertThat(taken.get(0).run().account().consumedCount()).isEqualTo(2);
        assertThat(taken.get(0).run().account().nextOffset()).isEqualTo(2);
        List<Delivery> moved = take(2);
        assertThat(moved.get(0).run()).isNotSameAs(taken.get(0).run());
        assertThat(moved.get(0).run().account().consumedCount()).isEqualTo(2);
        assertThat(moved.get(0).run().account().firstOffset()).isEqualTo(2);
        assertThat(moved.get(0).run().account().nextOffset()).isEqualTo(4);
        assertThat(epochs.outstanding()).isEqualTo(4);

        finish(moved);
        finish(taken);
        epochs.advance();
        epochs.seal();
        epochs.advance();
        assertThat(commits).containsExactly(Map.of(P0, 2L), Map.of(P0, 4L));
    }

    @Test
    void an_epoch_of_which_everything_moves_on_ends_without_a_commit() throws Exception {
        poll(P0, 0, 1);

        assertThat(epochs.seal()).isTrue();
        epochs.advance();

        assertThat(commits).isEmpty();
        assertThat(epochs.totals()).isEqualTo(RunTotals.ZERO);
        finish(take(2));
        epochs.seal();
        epochs.advance();
        assertThat(commits).containsExactly(Map.of(P0, 2L));
    }

    @Test
    void what_lies_below_a_record_that_was_shed_at_the_door_stays() throws Exception {
        use(2, ShedPolicies.DROP_NEWEST);
        poll(P0, 0, 1, 2);
        poll(P1, 0);

        epochs.seal();

        assertThat(epochs.outstanding()).isEqualTo(2);
        finish(take(2));
        epochs.advance();
        assertThat(commits).containsExactly(Map.of(P0, 3L, P1, 1L));
        assertThat(epochs.totals().committed().dropped()).isEqualTo(2);
    }

    @Test
    void what_lies_above_a_record_that_was_shed_at_the_door_moves_on() throws Exception {
        use(2, ShedPolicies.DROP_NEWEST);
        poll(P0, 0, 1, 2);
        List<Delivery> taken = take(1);
        poll(P0, 3);

        epochs.seal();
        finish(taken);
        finish(take(1));
        epochs.advance();

        assertThat(commits).containsExactly(Map.of(P0, 3L));
        assertThat(queued()).containsExactly("in-0@3");
    }

    /** Records 0 and 1 are of one key, the others have none. */
    private void useLanes() {
        queue = new ShedQueue<>(
                100,
                1_000_000,
                ShedPolicies.BLOCK,
                Delivery::size,
                delivery -> delivery.record().offset() < 2 ? "key" : null,
                Delivery::noteTaken,
                time);
        epochs = pipeline();
    }

    @Test
    void what_lies_below_a_record_that_was_taken_out_of_order_stays() throws Exception {
        useLanes();
        poll(P0, 0, 1, 2, 3);
        List<Delivery> taken = take(3);
        assertThat(taken).extracting(Delivery::toString).containsExactly("in-0@0", "in-0@2", "in-0@3");
        finish(taken);
        time.advance(INTERVAL);
        epochs.sealIfDue();
        epochs.advance();
        assertThat(commits).isEmpty();

        queue.release(taken.get(0));
        finish(take(1));
        epochs.advance();

        assertThat(commits).containsExactly(Map.of(P0, 4L));
    }

    @Test
    void what_lies_above_all_that_was_taken_moves_on_though_it_waits_for_its_key() throws Exception {
        useLanes();
        poll(P0, 0, 1, 2);
        finish(take(1));
        time.advance(INTERVAL);

        epochs.sealIfDue();
        epochs.advance();

        assertThat(commits).containsExactly(Map.of(P0, 1L));
        assertThat(queued()).containsExactly("in-0@1", "in-0@2");
    }

    @Test
    void what_lies_below_a_record_that_was_taken_out_of_order_is_not_given_back() throws Exception {
        useLanes();
        poll(P0, 0, 1, 2, 3);
        take(2);

        assertThat(epochs.giveBack(List.of(P0))).isEqualTo(1);

        assertThat(queued()).containsExactly("in-0@1");
    }

    @Test
    void what_waits_for_a_retry_stays_in_its_epoch_and_is_forgotten_when_that_is_aborted() throws Exception {
        poll(P0, 0, 1);
        List<Delivery> taken = take(2);
        finish(taken.subList(1, 2));
        queue.park(taken.get(0), INTERVAL.multipliedBy(10));
        time.advance(INTERVAL);
        epochs.sealIfDue();
        epochs.advance();
        assertThat(commits).isEmpty();
        assertThat(epochs.outstanding()).isEqualTo(1);

        assertThat(epochs.abort("a test")).isEqualTo(Map.of(P0, 0L));

        assertThat(queue.snapshot().parked()).isZero();
    }

    @Test
    void what_lies_above_a_record_that_was_evicted_moves_on() throws Exception {
        use(2, ShedPolicies.DROP_OLDEST);
        poll(P0, 0, 1, 2);

        epochs.seal();
        epochs.advance();

        assertThat(commits).containsExactly(Map.of(P0, 1L));
        assertThat(queued()).containsExactly("in-0@1", "in-0@2");
    }

    @Test
    void a_record_that_stayed_may_be_shed_from_a_sealed_epoch() throws Exception {
        use(2, ShedPolicies.DROP_OLDEST);
        poll(P0, 0);
        epochs.refuse(new Delivery(Samples.record(P0, 1)), "too large");
        epochs.seal();
        poll(P0, 2, 3);

        epochs.advance();

        assertThat(commits).containsExactly(Map.of(P0, 2L));
        assertThat(epochs.totals().committed().dropped()).isEqualTo(1);
        assertThat(epochs.totals().committed().deadLettered()).isEqualTo(1);
    }

    @Test
    void giving_back_cuts_the_run_and_the_books() throws Exception {
        poll(P0, 0, 1, 2, 3);
        poll(P1, 0, 1);
        List<Delivery> taken = take(2);

        assertThat(epochs.giveBack(Set.of(P0))).isEqualTo(2);

        assertThat(queued()).containsExactly("in-1@0", "in-1@1");
        assertThat(taken.get(0).run().account().nextOffset()).isEqualTo(2);
        assertThat(epochs.outstanding()).isEqualTo(4);
        finish(taken);
        epochs.sealHolding(Set.of(P0));
        epochs.advance();
        assertThat(commits).containsExactly(Map.of(P0, 2L));
        assertThat(epochs.holdsAny(Set.of(P0))).isFalse();
        assertThat(epochs.holdsAny(Set.of(P1))).isTrue();
    }

    @Test
    void what_lies_below_a_shed_record_is_not_given_back() {
        use(2, ShedPolicies.DROP_NEWEST);
        poll(P0, 0, 1, 2);

        assertThat(epochs.giveBack(Set.of(P0))).isZero();
        assertThat(queued()).hasSize(2);
    }

    @Test
    void a_sealed_epoch_gives_nothing_back() {
        use(2, ShedPolicies.DROP_NEWEST);
        poll(P0, 0, 1, 2);
        epochs.seal();

        assertThat(epochs.giveBack(Set.of(P0))).isZero();
    }

    @Test
    void what_was_shed_out_of_order_counts_for_its_own_epoch_only() throws Exception {
        use(2, ShedPolicies.DROP_NEWEST);
        poll(P0, 0, 1, 2);
        finish(take(2));
        epochs.seal();
        poll(P0, 3, 4);

        assertThat(epochs.giveBack(Set.of(P0))).isEqualTo(2);
    }

    @Test
    void an_epoch_waits_open_while_the_sink_has_no_place_for_the_next() throws Exception {
        answer = new CompletableFuture<>();
        for (int i = 0; i < 7; i++) {
            poll(P0, i);
            finish(take(1));
            assertThat(epochs.seal()).isTrue();
            epochs.advance();
        }
        poll(P0, 7);
        finish(take(1));
        assertThat(epochs.seal()).isFalse();
        assertThat(commits).hasSize(1);

        answer.complete(null);
        epochs.advance();
        assertThat(commits).hasSize(7);
        assertThat(epochs.seal()).isTrue();
        epochs.advance();
        assertThat(commits).hasSize(8);
    }

    @Test
    void the_last_epoch_is_followed_by_none() throws Exception {
        poll(P0, 0);
        finish(take(1));
        epochs.sealLast();
        epochs.sealLast();
        epochs.advance();

        assertThat(commits).containsExactly(Map.of(P0, 1L));
        assertThat(epochs.isIdle()).isTrue();
    }

    @Test
    void an_abort_says_where_to_poll_again_from() throws Exception {
        poll(P0, 5, 7);
        finish(take(2));
        epochs.seal();
        poll(P0, 9);
        poll(P1, 3);

        assertThat(epochs.abort("a test")).isEqualTo(Map.of(P0, 5L, P1, 3L));
        assertThat(epochs.isIdle()).isTrue();
        assertThat(epochs.outstanding()).isZero();
        assertThat(queue.depth()).isZero();
        assertThat(epochs.totals().aborted()).isEqualTo(2);
    }

    @Test
    void an_abort_leaves_the_epoch_that_is_being_committed_to_the_broker() throws Exception {
        answer = new CompletableFuture<>();
        poll(P0, 0);
        finish(take(1));
        epochs.seal();
        epochs.advance();
        poll(P0, 1);

        assertThat(epochs.abort("a test")).isEqualTo(Map.of(P0, 1L));
        assertThat(epochs.holdsAny(Set.of(P0))).isTrue();

        answer.complete(null);
        epochs.advance();
        assertThat(epochs.totals().epochs()).isEqualTo(1);
        assertThat(epochs.isIdle()).isTrue();
    }

    @Test
    void an_epoch_that_was_not_committed_after_all_is_polled_again() throws Exception {
        answer = CompletableFuture.failedFuture(new EpochAbortedException("no", new IllegalStateException()));
        poll(P0, 4);
        finish(take(1));
        epochs.seal();

        assertThatThrownBy(epochs::advance).isInstanceOf(EpochAbortedException.class);
        assertThat(epochs.abort("no")).isEqualTo(Map.of(P0, 4L));
        assertThat(epochs.totals().epochs()).isZero();
    }

    @Test
    void only_an_epoch_that_can_still_be_aborted_counts_as_busy() throws Exception {
        answer = new CompletableFuture<>();
        poll(P0, 0);
        finish(take(1));
        time.advance(Duration.ofSeconds(3));
        assertThat(epochs.oldestBusyFor()).isEqualTo(Duration.ofSeconds(3));

        epochs.seal();
        epochs.advance();
        assertThat(epochs.oldestBusyFor()).isZero();
        poll(P0, 1);
        time.advance(Duration.ofSeconds(1));
        assertThat(epochs.oldestBusyFor()).isEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void a_late_worker_is_told_that_its_record_does_not_count() throws Exception {
        poll(P0, 0, 1);
        List<Delivery> taken = take(2);
        epochs.abort("a test");

        assertThat(taken.get(0).isDiscarded()).isTrue();
        finish(taken.subList(0, 1));
        Samples.drop(taken.get(1).run().publisher(), taken.get(1), ShedReason.DROP_NEWEST);
        assertThat(taken.get(0).run().account().balance().settled()).isZero();
    }
}
