package dev.spillway.flow;

import static dev.spillway.flow.ShedPolicies.BLOCK;
import static dev.spillway.flow.ShedPolicies.DROP_NEWEST;
import static dev.spillway.flow.ShedPolicies.DROP_OLDEST;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spillway.flow.BatchOffer.Victim;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class ShedQueueTest {
    private static final Duration SECOND = Duration.ofSeconds(1);

    @RegisterExtension
    final Crew crew = new Crew();

    private final ManualTime time = new ManualTime();

    // What gives way

    @Test
    void a_full_queue_under_drop_newest_keeps_the_oldest() {
        var queue = queue(2, DROP_NEWEST, "a", "b");

        var result = queue.tryOffer("c");

        assertThat(result).isEqualTo(new OfferResult.Shed<>(List.of("c"), ShedReason.DROP_NEWEST));
        assertThat(queue.content()).containsExactly("a", "b");
    }

    @Test
    void a_full_queue_under_drop_oldest_keeps_the_freshest() {
        var queue = queue(2, DROP_OLDEST, "a", "b");

        var result = queue.tryOffer("c");

        assertThat(result).isEqualTo(new OfferResult.Shed<>(List.of("a"), ShedReason.DROP_OLDEST));
        assertThat(queue.content()).containsExactly("b", "c");
    }

    @Test
    void a_full_queue_under_block_leaves_the_arrival_with_its_owner() {
        var queue = queue(2, BLOCK, "a", "b");

        var result = queue.tryOffer("c");

        assertThat(result).isEqualTo(new OfferResult.Full<>());
        assertThat(queue.content()).containsExactly("a", "b");
        assertThat(queue.snapshot().shed()).isEmpty();
    }

    @ParameterizedTest
    @FieldSource("dev.spillway.flow.ShedPolicies#ALL")
    void a_queue_with_room_accepts_under_every_policy(ShedPolicy policy) {
        var queue = queue(2, policy, "a");

        var result = queue.tryOffer("b");

        assertThat(result).isEqualTo(new OfferResult.Accepted<>());
        assertThat(queue.content()).containsExactly("a", "b");
    }

    @Test
    void what_is_shed_is_counted_by_reason() {
        var queue = queue(1, DROP_NEWEST, "a");

        queue.tryOffer("b");

        assertThat(queue.snapshot().shed()).isEqualTo(Map.of(ShedReason.DROP_NEWEST, 1L));
    }

    @Test
    void of_what_is_offered_at_once_each_is_counted_that_is_shed() {
        var newest = queue(2, DROP_NEWEST, "a");
        var oldest = queue(2, DROP_OLDEST, "a");

        newest.offerAll("b", "c", "d");
        newest.offerAll("e");
        oldest.offerAll("b", "c", "d");
        oldest.offerAll("e");

        assertThat(newest.snapshot().shed()).isEqualTo(Map.of(ShedReason.DROP_NEWEST, 3L));
        assertThat(oldest.snapshot().shed()).isEqualTo(Map.of(ShedReason.DROP_OLDEST, 3L));
    }

    @Test
    void what_is_shed_at_the_door_was_never_admitted() {
        var queue = queue(1, DROP_NEWEST, "a");

        queue.tryOffer("b");

        assertThat(queue.snapshot().admitted()).isEqualTo(1);
        assertThat(queue.snapshot().evicted()).isZero();
    }

    @Test
    void what_is_evicted_had_been_admitted() {
        var queue = queue(1, DROP_OLDEST, "a");

        queue.tryOffer("b");

        assertThat(queue.snapshot().admitted()).isEqualTo(2);
        assertThat(queue.snapshot().evicted()).isEqualTo(1);
    }

    @Test
    void a_policy_is_found_by_its_name() {
        assertThat(ShedPolicies.named("DROP_OLDEST")).contains(DROP_OLDEST);
        assertThat(ShedPolicies.named("drop_oldest")).isEmpty();
    }

    @Test
    void only_drop_newest_sheds_out_of_order() {
        assertThat(ShedPolicies.ALL.stream().filter(ShedPolicy::shedsOutOfOrder))
                .containsExactly(DROP_NEWEST);
    }

    @Test
    void it_tells_its_policy() {
        assertThat(queue(1, DROP_NEWEST).policy()).isSameAs(DROP_NEWEST);
    }

    // Order

    @Test
    void what_came_first_is_taken_first() {
        var queue = queue(3, BLOCK, "a", "b", "c");

        assertThat(queue.tryTake()).isEqualTo(new TakeResult.Taken<>("a"));
        assertThat(queue.tryTake()).isEqualTo(new TakeResult.Taken<>("b"));
        assertThat(queue.tryTake()).isEqualTo(new TakeResult.Taken<>("c"));
    }

    @Test
    void an_empty_queue_has_nothing_to_take() {
        assertThat(queue(3, BLOCK).tryTake()).isEqualTo(new TakeResult.Empty<>());
    }

    // Bounds

    @ParameterizedTest
    @ValueSource(ints = {-1, Integer.MIN_VALUE})
    void a_negative_capacity_is_refused(int capacity) {
        assertThatThrownBy(() -> queue(capacity, BLOCK)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void a_capacity_of_no_bytes_is_refused() {
        assertThatThrownBy(() -> bytes(1, 0, BLOCK)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void the_queue_is_full_when_its_bytes_are() {
        var queue = bytes(100, 10, BLOCK, "aaaaaa");

        assertThat(queue.tryOffer("bbbbb")).isEqualTo(new OfferResult.Full<>());
        assertThat(queue.tryOffer("bbbb")).isEqualTo(new OfferResult.Accepted<>());
        assertThat(queue.snapshot().bytes()).isEqualTo(10);
    }

    @Test
    void a_heavy_arrival_under_drop_oldest_makes_as_many_give_way_as_it_needs() {
        var queue = bytes(100, 10, DROP_OLDEST, "aaaa", "bbbb", "cc");

        var result = queue.tryOffer("dddddd");

        assertThat(result).isEqualTo(new OfferResult.Shed<>(List.of("aaaa", "bbbb"), ShedReason.DROP_OLDEST));
        assertThat(queue.content()).containsExactly("cc", "dddddd");
    }

    @Test
    void a_heavy_arrival_under_drop_newest_gives_way_itself() {
        var queue = bytes(100, 10, DROP_NEWEST, "aaaa", "bbbb");

        var result = queue.tryOffer("ccc");

        assertThat(result).isEqualTo(new OfferResult.Shed<>(List.of("ccc"), ShedReason.DROP_NEWEST));
    }

    @ParameterizedTest
    @FieldSource("dev.spillway.flow.ShedPolicies#ALL")
    void an_arrival_heavier_than_the_byte_bound_is_refused_and_sheds_nothing(ShedPolicy policy) {
        var queue = bytes(100, 10, policy, "aaaa");

        assertThatThrownBy(() -> queue.tryOffer("b".repeat(11)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("11 bytes")
                .hasMessageContaining("10");
        assertThat(queue.content()).containsExactly("aaaa");
        assertThat(queue.snapshot().shed()).isEmpty();
    }

    @Test
    void an_arrival_that_fills_the_byte_bound_alone_is_accepted() {
        var queue = bytes(100, 10, BLOCK);

        assertThat(queue.tryOffer("b".repeat(10))).isEqualTo(new OfferResult.Accepted<>());
    }

    @Test
    void a_taken_record_gives_its_bytes_back() {
        var queue = bytes(100, 10, BLOCK, "a".repeat(10));

        queue.tryTake();

        assertThat(queue.snapshot().bytes()).isZero();
    }

    @Test
    void the_high_water_mark_stays_where_the_flood_was() {
        var queue = queue(5, BLOCK, "a", "b", "c");
        queue.tryTake();
        queue.tryTake();

        queue.tryOffer("d");

        assertThat(queue.snapshot().highWaterMark()).isEqualTo(3);
        assertThat(queue.depth()).isEqualTo(2);
    }

    // Batches

    @Test
    void a_batch_is_queued_in_its_order() {
        var queue = queue(5, BLOCK);

        var result = queue.offerAll("a", "b", "c");

        assertThat(result).isEqualTo(new BatchOffer<String>(3, List.of(), false));
        assertThat(queue.content()).containsExactly("a", "b", "c");
    }

    @Test
    void under_block_the_rest_of_a_batch_stays_with_its_owner() {
        var queue = queue(2, BLOCK, "a");

        var result = queue.offerAll("b", "c", "d");

        assertThat(result).isEqualTo(new BatchOffer<String>(1, List.of(), false));
        assertThat(queue.content()).containsExactly("a", "b");
    }

    @Test
    void under_drop_newest_the_rest_of_a_batch_is_shed() {
        var queue = queue(2, DROP_NEWEST, "a");

        var result = queue.offerAll("b", "c", "d");

        assertThat(result).isEqualTo(new BatchOffer<>(3, victims(ShedReason.DROP_NEWEST, "c", "d"), false));
        assertThat(queue.content()).containsExactly("a", "b");
    }

    @Test
    void under_drop_oldest_a_batch_larger_than_the_queue_sheds_its_own_beginning() {
        var queue = queue(2, DROP_OLDEST, "a");

        var result = queue.offerAll("b", "c", "d");

        assertThat(result).isEqualTo(new BatchOffer<>(3, victims(ShedReason.DROP_OLDEST, "a", "b"), false));
        assertThat(queue.content()).containsExactly("c", "d");
    }

    @Test
    void a_batch_offered_to_a_closed_queue_stays_with_its_owner() {
        var queue = queue(2, DROP_OLDEST, "a");
        queue.close();

        var result = queue.offerAll("b", "c");

        assertThat(result).isEqualTo(new BatchOffer<String>(0, List.of(), true));
    }

    @Test
    void a_batch_with_a_record_that_can_never_fit_is_refused_as_a_whole() {
        var queue = bytes(1, 10, DROP_OLDEST, "a");

        assertThatThrownBy(() -> queue.offerAll("b", "c".repeat(11))).isInstanceOf(IllegalArgumentException.class);

        assertThat(queue.content()).as("nobody would learn of a victim").containsExactly("a");
    }

    @Test
    void a_batch_wakes_as_many_takers_as_it_has_records() {
        var queue = queue(5, BLOCK);
        var one = crew.start("one", queue::take).awaitWaiting();
        var two = crew.start("two", queue::take).awaitWaiting();

        queue.offerAll("a", "b");

        assertThat(List.of(one.result(), two.result()))
                .containsExactlyInAnyOrder(new TakeResult.Taken<>("a"), new TakeResult.Taken<>("b"));
    }

    @Test
    void a_batch_is_taken_in_its_order_and_up_to_its_size() throws InterruptedException {
        var queue = queue(5, BLOCK, "a", "b", "c");
        List<String> batch = new ArrayList<>();

        assertThat(queue.takeBatch(batch, 2)).isTrue();

        assertThat(batch).containsExactly("a", "b");
        assertThat(queue.content()).containsExactly("c");
    }

    @Test
    void a_batch_does_not_wait_until_it_is_full() throws InterruptedException {
        var queue = queue(5, BLOCK, "a");
        List<String> batch = new ArrayList<>();

        assertThat(queue.takeBatch(batch, 100)).isTrue();

        assertThat(batch).containsExactly("a");
    }

    @Test
    void a_batch_waits_for_its_first_record() {
        var queue = queue(5, BLOCK);
        List<String> batch = new ArrayList<>();
        var taker = crew.start("taker", () -> queue.takeBatch(batch, 2)).awaitWaiting();

        queue.tryOffer("a");

        assertThat(taker.result()).isTrue();
        assertThat(batch).containsExactly("a");
    }

    @Test
    void a_taken_batch_makes_room_for_those_who_wait() {
        var queue = queue(2, BLOCK, "a", "b");
        var one = crew.start("one", () -> queue.put("c")).awaitWaiting();
        var two = crew.start("two", () -> queue.put("d")).awaitWaiting();

        crew.start("taker", () -> queue.takeBatch(new ArrayList<>(), 2)).result();

        assertThat(one.result()).isEqualTo(new OfferResult.Accepted<>());
        assertThat(two.result()).isEqualTo(new OfferResult.Accepted<>());
        assertThat(queue.content()).containsExactlyInAnyOrder("c", "d");
    }

    @Test
    void a_batch_of_nothing_is_refused() {
        var queue = queue(5, BLOCK, "a");

        assertThatThrownBy(() -> queue.takeBatch(new ArrayList<>(), 0)).isInstanceOf(IllegalArgumentException.class);
    }

    // Limits

    @Test
    void a_limited_queue_is_full_at_its_limit() {
        var queue = queue(5, DROP_NEWEST, "a", "b");

        queue.limitTo(2);

        assertThat(queue.tryOffer("c")).isInstanceOf(OfferResult.Shed.class);
        assertThat(queue.snapshot().limit()).isEqualTo(2);
    }

    @Test
    void what_is_queued_above_a_limit_stays_until_somebody_takes_it() {
        var queue = queue(5, BLOCK, "a", "b", "c");

        queue.limitTo(1);

        assertThat(queue.content()).containsExactly("a", "b", "c");
    }

    @Test
    void what_is_queued_above_a_limit_gives_way_to_the_next_arrival_under_drop_oldest() {
        var queue = queue(5, DROP_OLDEST, "a", "b", "c");
        queue.limitTo(1);

        var result = queue.tryOffer("d");

        assertThat(result).isEqualTo(new OfferResult.Shed<>(List.of("a", "b", "c"), ShedReason.DROP_OLDEST));
        assertThat(queue.content()).containsExactly("d");
    }

    @Test
    void a_limit_above_the_capacity_means_the_capacity() {
        var queue = queue(2, BLOCK);

        queue.limitTo(100);

        assertThat(queue.snapshot().limit()).isEqualTo(2);
    }

    @Test
    void a_limit_of_nothing_is_refused() {
        assertThatThrownBy(() -> queue(2, BLOCK).limitTo(0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void a_raised_limit_wakes_those_who_wait_for_room() {
        var queue = queue(5, BLOCK, "a");
        queue.limitTo(1);
        var offer = crew.start("offer", () -> queue.put("b")).awaitWaiting();

        queue.limitTo(2);

        assertThat(offer.result()).isEqualTo(new OfferResult.Accepted<>());
    }

    // Withdrawal

    @Test
    void what_is_withdrawn_was_neither_taken_nor_shed() {
        var queue = queue(5, BLOCK, "a", "b", "c");

        var withdrawn = queue.removeIf(word -> !word.equals("b"));

        assertThat(withdrawn).containsExactly("a", "c");
        assertThat(queue.content()).containsExactly("b");
        assertThat(queue.snapshot()).satisfies(now -> {
            assertThat(now.withdrawn()).isEqualTo(2);
            assertThat(now.taken()).isZero();
            assertThat(now.shed()).isEmpty();
            assertThat(now.bytes()).isEqualTo(1);
        });
    }

    @Test
    void a_withdrawal_makes_room_for_those_who_wait() {
        var queue = queue(1, BLOCK, "a");
        var offer = crew.start("offer", () -> queue.put("b")).awaitWaiting();

        queue.removeIf(word -> true);

        assertThat(offer.result()).isEqualTo(new OfferResult.Accepted<>());
    }

    @Test
    void a_withdrawal_that_fails_half_way_withdraws_nothing() {
        var queue = queue(5, BLOCK, "a", "b");

        assertThatThrownBy(() -> queue.removeIf(word -> {
                    if (word.equals("b")) {
                        throw new IllegalStateException("no");
                    }
                    return true;
                }))
                .hasMessage("no");

        assertThat(queue.content()).containsExactly("a", "b");
    }

    @Test
    void a_closed_queue_can_still_be_withdrawn_from() {
        var queue = queue(5, BLOCK, "a");
        queue.close();

        assertThat(queue.removeIf(word -> true)).containsExactly("a");
    }

    // Waiting

    @Test
    void a_taker_waits_until_something_comes() {
        var queue = queue(1, BLOCK);
        var taker = crew.start("taker", queue::take).awaitWaiting();

        queue.tryOffer("a");

        assertThat(taker.result()).isEqualTo(new TakeResult.Taken<>("a"));
    }

    @Test
    void a_taker_goes_away_empty_when_its_time_has_passed() {
        var queue = queue(1, BLOCK);
        var taker = crew.start("taker", () -> queue.take(SECOND));
        time.awaitWaiting(1);

        time.advance(SECOND);

        assertThat(taker.result()).isEqualTo(new TakeResult.Empty<>());
    }

    @Test
    void a_taker_does_not_go_away_before_its_time_has_passed() {
        var queue = queue(1, BLOCK);
        var taker = crew.start("taker", () -> queue.take(SECOND));
        time.awaitWaiting(1);
        time.advance(SECOND.minusNanos(1));

        queue.tryOffer("a");

        assertThat(taker.result()).isEqualTo(new TakeResult.Taken<>("a"));
    }

    @Test
    void a_wait_that_is_woken_in_vain_still_ends_at_its_deadline() throws InterruptedException {
        var empty = new ShedQueue<String>(1, 100, BLOCK, String::length, new RestlessTime(time));
        assertThat(empty.take(SECOND)).isEqualTo(new TakeResult.Empty<>());

        var full = new ShedQueue<String>(1, 100, BLOCK, String::length, new RestlessTime(time));
        full.tryOffer("a");
        assertThat(full.offer("b", SECOND)).isEqualTo(new OfferResult.Full<>());

        var filled = new ShedQueue<String>(1, 100, BLOCK, String::length, new RestlessTime(time));
        filled.tryOffer("a");
        assertThat(filled.awaitDepth(0, SECOND)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1})
    void a_taker_without_time_does_not_wait(long seconds) throws InterruptedException {
        var queue = queue(1, BLOCK);

        assertThat(queue.take(Duration.ofSeconds(seconds))).isEqualTo(new TakeResult.Empty<>());
    }

    @Test
    void an_offer_waits_until_there_is_room() {
        var queue = queue(1, BLOCK, "a");
        var offer = crew.start("offer", () -> queue.put("b")).awaitWaiting();

        queue.tryTake();

        assertThat(offer.result()).isEqualTo(new OfferResult.Accepted<>());
        assertThat(queue.content()).containsExactly("b");
    }

    @Test
    void an_offer_goes_away_with_its_record_when_its_time_has_passed() {
        var queue = queue(1, BLOCK, "a");
        var offer = crew.start("offer", () -> queue.offer("b", SECOND));
        time.awaitWaiting(1);

        time.advance(SECOND);

        assertThat(offer.result()).isEqualTo(new OfferResult.Full<>());
        assertThat(queue.content()).containsExactly("a");
    }

    @Test
    void a_heavy_offer_does_not_keep_a_light_one_from_entering() {
        var queue = bytes(5, 10, BLOCK, "aaaaaa", "bbb");
        var heavy = crew.start("heavy", () -> queue.put("c".repeat(9))).awaitWaiting();
        var light = crew.start("light", () -> queue.put("dddd")).awaitWaiting();

        queue.tryTake();

        assertThat(light.result()).isEqualTo(new OfferResult.Accepted<>());
        assertThat(heavy.isDone()).isFalse();
        queue.tryTake();
        queue.tryTake();
        assertThat(heavy.result()).isEqualTo(new OfferResult.Accepted<>());
    }

    @ParameterizedTest
    @FieldSource("dev.spillway.flow.ShedPolicies#ALL")
    void an_offer_waits_only_under_block(ShedPolicy policy) throws InterruptedException {
        var queue = queue(1, policy, "a");

        var result = queue.offer("b", Duration.ZERO);

        assertThat(result instanceof OfferResult.Full).isEqualTo(policy == BLOCK);
    }

    @Test
    void somebody_who_waits_for_the_queue_to_drain_is_woken_by_the_taker_that_drains_it() {
        var queue = queue(1, BLOCK, "a");
        var waiter = crew.start("waiter", () -> queue.awaitDepth(0, SECOND));
        time.awaitWaiting(1);

        queue.tryTake();

        assertThat(waiter.result()).isTrue();
    }

    @Test
    void somebody_who_waits_for_the_queue_to_drain_learns_that_it_did_not() {
        var queue = queue(1, BLOCK, "a");
        var waiter = crew.start("waiter", () -> queue.awaitDepth(0, SECOND));
        time.awaitWaiting(1);

        time.advance(SECOND);

        assertThat(waiter.result()).isFalse();
    }

    // Interrupts

    @Test
    void an_interrupted_taker_goes_away() {
        var queue = queue(1, BLOCK);
        var taker = crew.start("taker", queue::take).awaitWaiting();

        taker.interrupt();

        assertThat(taker.failure()).isInstanceOf(InterruptedException.class);
        assertThat(queue.tryOffer("a")).isEqualTo(new OfferResult.Accepted<>());
    }

    @Test
    void an_interrupted_offer_keeps_its_record() {
        var queue = queue(1, BLOCK, "a");
        var offer = crew.start("offer", () -> queue.put("b")).awaitWaiting();

        offer.interrupt();

        assertThat(offer.failure()).isInstanceOf(InterruptedException.class);
        assertThat(queue.content()).containsExactly("a");
    }

    @Test
    void an_interrupted_timed_taker_goes_away() {
        var queue = queue(1, BLOCK);
        var taker = crew.start("taker", () -> queue.take(SECOND));
        time.awaitWaiting(1);

        taker.interrupt();

        assertThat(taker.failure()).isInstanceOf(InterruptedException.class);
    }

    @Test
    void somebody_who_waits_for_the_queue_to_drain_is_woken_by_the_arrival_that_evicts_down_to_a_limit() {
        var queue = queue(5, DROP_OLDEST, "a", "b", "c");
        var waiter = crew.start("waiter", () -> queue.awaitDepth(1, SECOND));
        time.awaitWaiting(1);
        queue.limitTo(1);

        queue.tryOffer("d");

        assertThat(waiter.result()).isTrue();
    }

    @Test
    void those_who_wait_for_different_depths_are_woken_each_at_theirs() {
        var queue = queue(3, BLOCK, "a", "b", "c");
        var half = crew.start("half", () -> queue.awaitDepth(1, SECOND));
        var empty = crew.start("empty", () -> queue.awaitDepth(0, SECOND));
        time.awaitWaiting(2);

        queue.tryTake();
        assertThat(half.isDone()).isFalse();
        queue.tryTake();
        assertThat(half.result()).isTrue();
        assertThat(empty.isDone()).isFalse();
        queue.tryTake();
        assertThat(empty.result()).isTrue();
    }

    @Test
    void an_interrupted_wait_for_the_queue_to_drain_ends() {
        var queue = queue(1, BLOCK, "a");
        var waiter = crew.start("waiter", () -> queue.awaitDepth(0, SECOND));
        time.awaitWaiting(1);

        waiter.interrupt();

        assertThat(waiter.failure()).isInstanceOf(InterruptedException.class);
    }

    // Rendezvous

    @Test
    void without_capacity_nothing_is_admitted_while_nobody_takes() {
        assertThat(queue(0, BLOCK).tryOffer("a")).isEqualTo(new OfferResult.Full<>());
    }

    @Test
    void without_capacity_and_taker_drop_newest_sheds_the_arrival() {
        assertThat(queue(0, DROP_NEWEST).tryOffer("a"))
                .isEqualTo(new OfferResult.Shed<>(List.of("a"), ShedReason.DROP_NEWEST));
    }

    @Test
    void without_capacity_and_taker_the_arrival_is_the_oldest_that_there_is() {
        var queue = queue(0, DROP_OLDEST);

        assertThat(queue.tryOffer("a")).isEqualTo(new OfferResult.Shed<>(List.of("a"), ShedReason.DROP_OLDEST));
        assertThat(queue.snapshot().evicted()).as("it had not been admitted").isZero();
    }

    @Test
    void a_rendezvous_hands_over_to_a_taker_that_waits() {
        var queue = queue(0, BLOCK);
        var taker = crew.start("taker", queue::take).awaitWaiting();

        assertThat(queue.tryOffer("a")).isEqualTo(new OfferResult.Accepted<>());

        assertThat(taker.result()).isEqualTo(new TakeResult.Taken<>("a"));
    }

    @Test
    void an_offer_to_a_rendezvous_waits_for_a_taker() throws InterruptedException {
        var queue = queue(0, BLOCK);
        var offer = crew.start("offer", () -> queue.put("a")).awaitWaiting();

        assertThat(queue.take()).isEqualTo(new TakeResult.Taken<>("a"));

        assertThat(offer.result()).isEqualTo(new OfferResult.Accepted<>());
    }

    @Test
    void a_rendezvous_admits_one_arrival_per_taker() {
        var queue = queue(0, BLOCK);
        var one = crew.start("one", queue::take).awaitWaiting();
        var two = crew.start("two", queue::take).awaitWaiting();

        assertThat(queue.offerAll("a", "b", "c").handled()).isEqualTo(2);

        assertThat(List.of(one.result(), two.result()))
                .containsExactlyInAnyOrder(new TakeResult.Taken<>("a"), new TakeResult.Taken<>("b"));
    }

    @Test
    void a_taker_whose_time_has_passed_is_no_longer_one_to_hand_over_to() {
        var queue = queue(0, BLOCK);
        var taker = crew.start("taker", () -> queue.take(SECOND));
        time.awaitWaiting(1);
        time.advance(SECOND);
        taker.result();

        assertThat(queue.tryOffer("a")).isEqualTo(new OfferResult.Full<>());
    }

    @Test
    void an_interrupted_taker_is_no_longer_one_to_hand_over_to() {
        var queue = queue(0, BLOCK);
        var taker = crew.start("taker", queue::take).awaitWaiting();
        taker.interrupt();
        taker.failure();

        assertThat(queue.tryOffer("a")).isEqualTo(new OfferResult.Full<>());
    }

    @Test
    void a_taker_that_is_interrupted_and_handed_a_record_at_once_takes_it_and_stays_interrupted() {
        var underLock = new WhileOffering();
        var queue = new ShedQueue<String>(0, 100, BLOCK, underLock, time);
        var taker = crew.start("taker", () -> queue.take() + ", interrupted: " + Thread.interrupted())
                .awaitWaiting();
        underLock.run(() -> {
            taker.interrupt();
            taker.awaitWaitingForLock();
        });

        assertThat(queue.tryOffer("a")).isEqualTo(new OfferResult.Accepted<>());

        assertThat(taker.result()).isEqualTo("Taken[item=a], interrupted: true");
        assertThat(queue.depth()).isZero();
    }

    @Test
    void a_taker_whose_time_passes_while_it_is_handed_a_record_takes_it() {
        var underLock = new WhileOffering();
        var queue = new ShedQueue<String>(0, 100, BLOCK, underLock, time);
        var taker = crew.start("taker", () -> queue.take(SECOND));
        time.awaitWaiting(1);
        underLock.run(() -> time.advance(SECOND));

        assertThat(queue.tryOffer("a")).isEqualTo(new OfferResult.Accepted<>());

        assertThat(taker.result()).isEqualTo(new TakeResult.Taken<>("a"));
        assertThat(queue.depth()).isZero();
    }

    // Closing

    @ParameterizedTest
    @FieldSource("dev.spillway.flow.ShedPolicies#ALL")
    void a_closed_queue_refuses_arrivals(ShedPolicy policy) {
        var queue = queue(1, policy, "a");
        queue.close();

        assertThat(queue.tryOffer("b")).isEqualTo(new OfferResult.Closed<>());
        assertThat(queue.content()).containsExactly("a");
    }

    @Test
    void a_closed_queue_is_drained_before_it_says_so() {
        var queue = queue(2, BLOCK, "a");
        queue.close();

        assertThat(queue.tryTake()).isEqualTo(new TakeResult.Taken<>("a"));
        assertThat(queue.tryTake()).isEqualTo(new TakeResult.Closed<>());
    }

    @Test
    void a_closed_and_drained_queue_has_no_batch() throws InterruptedException {
        var queue = queue(2, BLOCK, "a");
        queue.close();
        List<String> batch = new ArrayList<>();

        assertThat(queue.takeBatch(batch, 2)).isTrue();
        assertThat(queue.takeBatch(batch, 2)).isFalse();
        assertThat(batch).containsExactly("a");
    }

    @Test
    void closing_wakes_every_taker() {
        var queue = queue(2, BLOCK);
        var one = crew.start("one", queue::take).awaitWaiting();
        var two = crew.start("two", () -> queue.takeBatch(new ArrayList<>(), 2)).awaitWaiting();
        var three = crew.start("three", () -> queue.take(SECOND)).awaitWaiting();

        queue.close();

        assertThat(one.result()).isEqualTo(new TakeResult.Closed<>());
        assertThat(two.result()).isFalse();
        assertThat(three.result()).isEqualTo(new TakeResult.Closed<>());
    }

    @Test
    void closing_wakes_everybody_who_waits_for_room() {
        var queue = queue(1, BLOCK, "a");
        var one = crew.start("one", () -> queue.put("b")).awaitWaiting();
        var two = crew.start("two", () -> queue.offer("c", SECOND)).awaitWaiting();
        var three = crew.start("three", () -> queue.awaitDepth(0, SECOND)).awaitWaiting();

        queue.close();

        assertThat(one.result()).isEqualTo(new OfferResult.Closed<>());
        assertThat(two.result()).isEqualTo(new OfferResult.Closed<>());
        assertThat(three.result()).isFalse();
    }

    @Test
    void closing_twice_is_closing_once() {
        var queue = queue(1, BLOCK);
        queue.close();

        queue.close();

        assertThat(queue.tryTake()).isEqualTo(new TakeResult.Closed<>());
    }

    private CheckedQueue queue(int capacity, ShedPolicy policy, String... content) {
        return bytes(capacity, 1000, policy, content);
    }

    private CheckedQueue bytes(int capacity, long capacityBytes, ShedPolicy policy, String... content) {
        var queue = new CheckedQueue(capacity, capacityBytes, policy, time);
        for (String word : content) {
            assertThat(queue.tryOffer(word)).isEqualTo(new OfferResult.Accepted<>());
        }
        return queue;
    }

    private static List<Victim<String>> victims(ShedReason reason, String... words) {
        return Stream.of(words).map(word -> new Victim<>(word, reason)).toList();
    }

    /** Does something once in the middle of the next offer, under the queue's lock: records are weighed there. */
    private static final class WhileOffering implements ToLongFunction<String> {
        private final AtomicReference<Runnable> next = new AtomicReference<>(() -> {});

        void run(Runnable action) {
            next.set(action);
        }

        @Override
        public long applyAsLong(String word) {
            next.getAndSet(() -> {}).run();
            return word.length();
        }
    }

    /** Its first wait ends at once, without a reason; after that, and before the next wait, a second passes. */
    private record RestlessTime(ManualTime time, AtomicBoolean woken) implements Time {
        RestlessTime(ManualTime time) {
            this(time, new AtomicBoolean());
        }

        @Override
        public long nanoTime() {
            return time.nanoTime();
        }

        @Override
        public long currentTimeMillis() {
            return time.currentTimeMillis();
        }

        @Override
        public long awaitUntil(Lock lock, Condition condition, long deadlineNanos) throws InterruptedException {
            if (woken.getAndSet(true)) {
                return time.awaitUntil(lock, condition, deadlineNanos);
            }
            long left = deadlineNanos - nanoTime();
            time.advance(SECOND);
            return left;
        }
    }
}
