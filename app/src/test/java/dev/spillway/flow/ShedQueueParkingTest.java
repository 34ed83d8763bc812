package dev.spillway.flow;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Records that were taken and wait to be handed out again, and takers that get no more than they may have. */
@Timeout(60)
class ShedQueueParkingTest {
    private static final Duration SECOND = Duration.ofSeconds(1);

    @RegisterExtension
    final Crew crew = new Crew();

    private final ManualTime time = new ManualTime();

    private ShedQueue<String> queue(int capacity, ShedPolicy policy, String... content) {
        ShedQueue<String> queue = new ShedQueue<>(capacity, 1000, policy, String::length, time);
        for (String item : content) {
            queue.tryOffer(item);
        }
        return queue;
    }

    private static TakeResult<String> taken(String item) {
        return new TakeResult.Taken<>(item);
    }

    private static final TakeResult<String> NOTHING = new TakeResult.Empty<>();

    @Test
    void a_parked_item_is_handed_out_when_its_time_has_come_and_before_what_is_queued() {
        var queue = queue(3, ShedPolicies.BLOCK, "a", "b", "c");
        queue.tryTake();
        queue.park("a", SECOND);

        time.advance(SECOND.minusNanos(1));
        assertThat(queue.tryTake()).isEqualTo(taken("b"));
        time.advance(Duration.ofNanos(1));
        assertThat(queue.tryTake()).isEqualTo(taken("a"));
        assertThat(queue.tryTake()).isEqualTo(taken("c"));
        assertThat(queue.tryTake()).isEqualTo(NOTHING);
    }

    @Test
    void of_several_parked_items_the_first_that_is_due_comes_first() {
        var queue = queue(3, ShedPolicies.BLOCK, "a", "b", "c");
        queue.tryTake();
        queue.tryTake();
        queue.tryTake();
        queue.park("a", SECOND.multipliedBy(2));
        queue.park("b", SECOND);
        queue.park("c", SECOND.multipliedBy(3));

        time.advance(SECOND.multipliedBy(3));

        assertThat(List.of(queue.tryTake(), queue.tryTake(), queue.tryTake()))
                .containsExactly(taken("b"), taken("a"), taken("c"));
    }

    @Test
    void a_taker_that_waits_gets_a_parked_item_when_it_is_due() {
        var queue = queue(3, ShedPolicies.BLOCK, "a");
        queue.tryTake();
        var taker = crew.start("taker", () -> queue.take());
        taker.awaitWaiting();

        queue.park("a", SECOND);
        time.awaitWaiting(1);
        time.advance(SECOND);

        assertThat(taker.result()).isEqualTo(taken("a"));
    }

    @Test
    void takers_that_wait_for_a_parked_item_get_what_arrives_meanwhile() {
        var queue = queue(3, ShedPolicies.BLOCK, "a");
        queue.tryTake();
        queue.park("a", SECOND);
        var first = crew.start("first", () -> queue.take());
        var second = crew.start("second", () -> queue.take());
        time.awaitWaiting(2);

        queue.tryOffer("b");
        Crew.awaitTrue("nobody takes what arrived", () -> first.isDone() || second.isDone());
        time.awaitWaiting(1);
        time.advance(SECOND);

        assertThat(List.of(first.result(), second.result())).containsExactlyInAnyOrder(taken("a"), taken("b"));
    }

    @Test
    void parked_items_count_against_the_capacity_in_records_and_in_bytes() {
        var queue = queue(2, ShedPolicies.BLOCK, "aaa");
        queue.tryTake();
        assertThat(queue.snapshot().bytes()).isZero();
        queue.park("aaa", SECOND);

        assertThat(queue.snapshot().bytes()).isZero();
        assertThat(queue.snapshot().parkedBytes()).isEqualTo(3);
        assertThat(queue.tryOffer("x".repeat(998))).isEqualTo(new OfferResult.Full<>());
        assertThat(queue.tryOffer("b")).isEqualTo(new OfferResult.Accepted<>());
        assertThat(queue.tryOffer("c")).isEqualTo(new OfferResult.Full<>());
        assertThat(queue.snapshot().parked()).isEqualTo(1);
        assertThat(queue.snapshot().depth()).isEqualTo(1);
        assertThat(queue.snapshot().taken()).isEqualTo(1);
    }

    @Test
    void no_policy_sheds_a_parked_item() {
        var queue = queue(1, ShedPolicies.DROP_OLDEST, "a");
        queue.tryTake();
        queue.park("a", SECOND);

        assertThat(queue.tryOffer("b")).isEqualTo(new OfferResult.Shed<>(List.of("b"), ShedReason.DROP_OLDEST));
        time.advance(SECOND);
        assertThat(queue.tryTake()).isEqualTo(taken("a"));
        assertThat(queue.tryOffer("c")).isEqualTo(new OfferResult.Accepted<>());
    }

    @Test
    void an_offer_that_waits_for_room_gets_it_when_a_parked_item_is_handed_out() {
        var queue = queue(1, ShedPolicies.BLOCK, "a");
        queue.tryTake();
        queue.park("a", SECOND);
        var offer = crew.start("offer", () -> queue.put("b"));
        offer.awaitWaiting();

        time.advance(SECOND);
        assertThat(queue.tryTake()).isEqualTo(taken("a"));

        assertThat(offer.result()).isEqualTo(new OfferResult.Accepted<>());
    }

    @Test
    void whoever_waits_for_depth_waits_for_parked_items_too() {
        var queue = queue(1, ShedPolicies.BLOCK, "a");
        queue.tryTake();
        queue.park("a", SECOND.multipliedBy(5));
        var waiter = crew.start("waiter", () -> queue.awaitDepth(0, SECOND.multipliedBy(100)));
        time.awaitWaiting(1);
        assertThat(waiter.isDone()).isFalse();

        time.advance(SECOND.multipliedBy(5));
        queue.tryTake();

        assertThat(waiter.result()).isTrue();
    }

    @Test
    void a_queue_that_is_closed_still_hands_out_what_is_parked() {
        var queue = queue(3, ShedPolicies.BLOCK, "a");
        queue.tryTake();
        queue.park("a", SECOND);
        queue.close();
        var taker = crew.start("taker", () -> {
            List<String> all = new ArrayList<>();
            while (queue.takeBatch(all, 1)) {
                all.add("then");
            }
            return all;
        });
        time.awaitWaiting(1);

        time.advance(SECOND);

        assertThat(taker.result()).containsExactly("a", "then");
    }

    @Test
    void all_takers_of_a_closed_queue_end_when_the_last_parked_item_is_handed_out() {
        var queue = queue(3, ShedPolicies.BLOCK, "a");
        queue.tryTake();
        queue.park("a", SECOND);
        queue.close();
        var first = crew.start("first", () -> queue.take());
        var second = crew.start("second", () -> queue.take());
        time.awaitWaiting(2);

        time.advance(SECOND);

        assertThat(List.of(first.result(), second.result()))
                .containsExactlyInAnyOrder(taken("a"), new TakeResult.Closed<>());
    }

    @Test
    void forgotten_items_are_not_handed_out_and_make_room() {
        var queue = queue(2, ShedPolicies.BLOCK, "a", "b");
        queue.tryTake();
        queue.tryTake();
        queue.park("a", SECOND);
        queue.park("b", SECOND);

        queue.forgetParked(item -> item.equals("a"));
        time.advance(SECOND);

        assertThat(queue.tryTake()).isEqualTo(taken("b"));
        assertThat(queue.tryTake()).isEqualTo(NOTHING);
        assertThat(queue.snapshot().parkedBytes()).isZero();
    }

    @Test
    void restricted_takers_get_as_many_as_they_may_have_and_parked_ones_last() {
        var queue = queue(5, ShedPolicies.BLOCK, "a", "b", "c", "d");
        queue.tryTake();
        queue.tryTake();
        queue.park("a", Duration.ZERO);
        queue.park("b", Duration.ZERO);

        queue.restrictTakers(3);

        assertThat(queue.tryTake()).isEqualTo(taken("c"));
        assertThat(queue.tryTake()).isEqualTo(taken("d"));
        assertThat(queue.tryTake()).isEqualTo(taken("a"));
        assertThat(queue.tryTake()).isEqualTo(NOTHING);
        queue.tryOffer("e");
        queue.unrestrictTakers();
        assertThat(queue.tryTake()).isEqualTo(taken("b"));
        assertThat(queue.tryTake()).isEqualTo(taken("e"));
    }

    @Test
    void a_suspended_item_is_handed_out_when_its_time_has_come_whatever_takers_may_have() {
        var queue = queue(5, ShedPolicies.BLOCK, "a", "b", "c");
        queue.tryTake();
        queue.tryTake();
        queue.suspend("a", SECOND);
        queue.suspend("b", SECOND);
        queue.restrictTakers(1);

        time.advance(SECOND);

        assertThat(queue.tryTake()).isEqualTo(taken("a"));
        assertThat(queue.tryTake()).isEqualTo(taken("b"));
        assertThat(queue.tryTake()).as("the one that they may have").isEqualTo(taken("c"));
        queue.tryOffer("d");
        assertThat(queue.tryTake()).isEqualTo(NOTHING);
    }

    @Test
    void a_taker_that_may_have_nothing_waits_for_what_is_suspended_even_when_the_queue_is_closed() {
        var queue = queue(3, ShedPolicies.BLOCK, "a", "b");
        queue.tryTake();
        queue.suspend("a", SECOND);
        queue.restrictTakers(0);
        queue.close();
        var taker = crew.start("taker", () -> queue.take());
        time.awaitWaiting(1);

        time.advance(SECOND);

        assertThat(taker.result()).isEqualTo(taken("a"));
        assertThat(queue.tryTake()).isEqualTo(new TakeResult.Closed<>());
    }

    @Test
    void what_is_suspended_counts_and_can_be_forgotten_as_what_is_parked() {
        var queue = queue(1, ShedPolicies.BLOCK, "a");
        queue.tryTake();
        queue.suspend("a", SECOND);
        assertThat(queue.snapshot().parked()).isEqualTo(1);
        assertThat(queue.snapshot().parkedBytes()).isEqualTo(1);
        assertThat(queue.hasRoomFor("b")).isFalse();
        List<String> visited = new ArrayList<>();
        queue.forEachParked(visited::add);
        assertThat(visited).containsExactly("a");

        queue.forgetParked(item -> true);

        assertThat(queue.snapshot().parked()).isZero();
        assertThat(queue.hasRoomFor("b")).isTrue();
    }

    @Test
    void a_taker_that_lingers_passes_on_the_news_of_what_was_parked() {
        var queue = queue(5, ShedPolicies.BLOCK, "parked", "first");
        queue.tryTake();
        List<String> batch = new ArrayList<>();
        var lingers = crew.start("lingers", () -> queue.takeBatch(batch, 2, SECOND));
        time.awaitWaiting(1);
        var waits = crew.start("waits", () -> queue.take());
        waits.awaitWaiting();
        queue.park("parked", SECOND.multipliedBy(2));

        time.advance(SECOND);
        assertThat(lingers.result()).isTrue();
        time.awaitWaiting(1);
        time.advance(SECOND);

        assertThat(waits.result()).isEqualTo(taken("parked"));
    }

    @Test
    void a_taker_does_not_wait_beyond_its_deadline_for_what_is_parked() {
        var queue = queue(1, ShedPolicies.BLOCK, "a");
        queue.tryTake();
        queue.park("a", SECOND.multipliedBy(2));
        var taker = crew.start("taker", () -> queue.take(SECOND));
        time.awaitWaiting(1);

        time.advance(SECOND);

        assertThat(taker.result()).isEqualTo(NOTHING);
    }

    @Test
    void a_taker_waits_until_its_deadline_when_what_was_parked_is_forgotten() {
        var queue = queue(1, ShedPolicies.BLOCK, "a");
        queue.tryTake();
        queue.park("a", SECOND);
        var taker = crew.start("taker", () -> queue.take(SECOND.multipliedBy(3)));
        time.awaitWaiting(1);
        queue.forgetParked(item -> true);

        time.advance(SECOND);
        time.awaitWaiting(1);
        time.advance(SECOND.multipliedBy(2));

        assertThat(taker.result()).isEqualTo(NOTHING);
    }

    @Test
    void a_taker_wakes_for_the_first_of_what_is_parked_and_suspended() {
        var queue = queue(2, ShedPolicies.BLOCK, "parked", "suspended");
        queue.tryTake();
        queue.tryTake();
        queue.suspend("suspended", SECOND.multipliedBy(2));
        queue.park("parked", SECOND);
        var taker = crew.start("taker", () -> queue.take());
        time.awaitWaiting(1);

        time.advance(SECOND);

        assertThat(taker.result()).isEqualTo(taken("parked"));
    }

    @Test
    void a_restricted_taker_sleeps_through_the_time_of_what_is_parked() {
        var queue = queue(1, ShedPolicies.BLOCK, "a");
        queue.tryTake();
        queue.park("a", SECOND);
        queue.restrictTakers(0);
        var taker = crew.start("taker", () -> queue.take(SECOND.multipliedBy(2)));
        time.awaitWaiting(1);

        time.advance(SECOND);
        time.awaitWaiting(1);
        time.advance(SECOND);

        assertThat(taker.result()).isEqualTo(NOTHING);
    }

    @Test
    void there_is_room_for_what_would_be_admitted_without_a_victim() {
        var queue = queue(2, ShedPolicies.DROP_OLDEST, "a");
        assertThat(queue.hasRoomFor("b")).isTrue();

        queue.tryTake();
        queue.park("a", SECOND);
        queue.tryOffer("b");
        assertThat(queue.hasRoomFor("c")).isFalse();
        assertThat(queue.snapshot().shed()).isEmpty();

        queue.forgetParked(item -> true);
        assertThat(queue.hasRoomFor("c")).isTrue();
        queue.close();
        assertThat(queue.hasRoomFor("c")).isFalse();
    }

    @Test
    void ready_is_what_is_queued_and_waits_for_nobody() {
        var queue = queue(2, ShedPolicies.BLOCK, "a");
        queue.restrictTakers(0);
        assertThat(queue.isAnyReady()).isTrue();

        queue.unrestrictTakers();
        queue.tryTake();
        queue.park("a", Duration.ZERO);

        assertThat(queue.isAnyReady()).isFalse();
    }

    @Test
    void the_end_of_a_restriction_wakes_takers() {
        var queue = queue(3, ShedPolicies.BLOCK, "a");
        queue.restrictTakers(0);
        var taker = crew.start("taker", () -> queue.take());
        taker.awaitWaiting();

        queue.restrictTakers(1);

        assertThat(taker.result()).isEqualTo(taken("a"));
    }

    @Test
    void takers_of_a_closed_queue_do_not_wait_for_the_end_of_a_restriction() {
        var queue = queue(3, ShedPolicies.BLOCK, "a");
        queue.restrictTakers(0);
        var taker = crew.start("taker", () -> queue.take());
        taker.awaitWaiting();

        queue.close();

        assertThat(taker.result()).isEqualTo(new TakeResult.Closed<>());
    }

    @Test
    void a_batch_that_lingers_closes_when_it_is_full() {
        var queue = queue(5, ShedPolicies.BLOCK, "a");
        List<String> batch = new ArrayList<>();
        var taker = crew.start("taker", () -> queue.takeBatch(batch, 3, SECOND));
        time.awaitWaiting(1);

        queue.tryOffer("b");
        queue.tryOffer("c");
        queue.tryOffer("d");

        assertThat(taker.result()).isTrue();
        assertThat(batch).containsExactly("a", "b", "c");
    }

    @Test
    void a_batch_that_lingers_closes_when_its_time_has_passed_since_the_first_record() {
        var queue = queue(5, ShedPolicies.BLOCK, "a");
        List<String> batch = new ArrayList<>();
        var taker = crew.start("taker", () -> queue.takeBatch(batch, 3, SECOND));
        time.awaitWaiting(1);
        time.advance(SECOND.dividedBy(2));
        queue.tryOffer("b");
        Crew.awaitTrue("b is not taken", () -> queue.depth() == 0);

        time.advance(SECOND.dividedBy(2));

        assertThat(taker.result()).isTrue();
        assertThat(batch).containsExactly("a", "b");
    }

    @Test
    void a_batch_that_is_full_at_once_does_not_linger() throws InterruptedException {
        var queue = queue(5, ShedPolicies.BLOCK, "a", "b", "c");
        List<String> batch = new ArrayList<>();

        queue.takeBatch(batch, 3, SECOND);

        assertThat(batch).containsExactly("a", "b", "c");
    }

    @Test
    void an_interrupt_closes_a_batch_that_has_begun_and_stays() {
        var queue = queue(5, ShedPolicies.BLOCK, "a");
        List<String> batch = new ArrayList<>();
        var taker = crew.start("taker", () -> queue.takeBatch(batch, 3, SECOND) && Thread.interrupted());
        time.awaitWaiting(1);

        taker.interrupt();

        assertThat(taker.result()).isTrue();
        assertThat(batch).containsExactly("a");
    }

    @Test
    void the_end_of_the_queue_closes_a_batch() {
        var queue = queue(5, ShedPolicies.BLOCK, "a");
        List<String> batch = new ArrayList<>();
        var taker = crew.start("taker", () -> queue.takeBatch(batch, 3, SECOND));
        time.awaitWaiting(1);

        queue.close();

        assertThat(taker.result()).isTrue();
        assertThat(batch).containsExactly("a");
    }
}
