package dev.spillway.flow;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** A queue with lanes; an item's lane is its first letter, and what begins with a digit has none. */
@Timeout(60)
class ShedQueueLanesTest {
    private static final Duration SECOND = Duration.ofSeconds(1);

    @RegisterExtension
    final Crew crew = new Crew();

    private final ManualTime time = new ManualTime();
    private final List<String> noted = new ArrayList<>();

    private ShedQueue<String> queue(int capacity, ShedPolicy policy, String... content) {
        ShedQueue<String> queue = new ShedQueue<>(
                capacity,
                100_000,
                policy,
                String::length,
                item -> Character.isDigit(item.charAt(0)) ? null : item.charAt(0),
                noted::add,
                time);
        for (String item : content) {
            queue.tryOffer(item);
        }
        return queue;
    }

    private static String take(ShedQueue<String> queue) {
        return queue.tryTake() instanceof TakeResult.Taken<String> taken ? taken.item() : "nothing";
    }

    @Test
    void of_one_lane_one_item_is_out_at_a_time_while_others_go_on() {
        var queue = queue(10, ShedPolicies.BLOCK, "a1", "a2", "b1", "a3", "b2", "c1");

        assertThat(List.of(take(queue), take(queue), take(queue), take(queue)))
                .containsExactly("a1", "b1", "c1", "nothing");
        queue.release("b1");
        assertThat(take(queue)).isEqualTo("b2");
        queue.release("a1");
        assertThat(take(queue)).isEqualTo("a2");
        assertThat(take(queue)).isEqualTo("nothing");
        queue.release("a2");
        assertThat(take(queue)).isEqualTo("a3");
    }

    @Test
    void of_the_lanes_that_are_free_the_one_whose_head_is_oldest_comes_first() {
        var queue = queue(10, ShedPolicies.BLOCK, "a1", "b1", "a2", "b2");
        take(queue);
        take(queue);

        queue.release("b1");
        queue.release("a1");

        assertThat(take(queue)).isEqualTo("a2");
        assertThat(take(queue)).isEqualTo("b2");
    }

    @Test
    void an_item_without_a_lane_waits_for_nobody() {
        var queue = queue(10, ShedPolicies.BLOCK, "1", "1", "a1", "a2", "1");

        assertThat(List.of(take(queue), take(queue), take(queue), take(queue), take(queue)))
                .containsExactly("1", "1", "a1", "1", "nothing");
    }

    @Test
    void nothing_overtakes_a_parked_item_of_its_lane() {
        var queue = queue(10, ShedPolicies.BLOCK, "a1", "a2", "b1");
        take(queue);
        queue.park("a1", SECOND);

        assertThat(List.of(take(queue), take(queue))).containsExactly("b1", "nothing");
        time.advance(SECOND);
        assertThat(List.of(take(queue), take(queue))).containsExactly("a1", "nothing");
        queue.release("a1");
        assertThat(take(queue)).isEqualTo("a2");
    }

    @Test
    void the_lane_of_a_parked_item_that_is_forgotten_is_free() {
        var queue = queue(10, ShedPolicies.BLOCK, "a1", "a2");
        take(queue);
        queue.park("a1", SECOND);

        queue.forgetParked(item -> true);

        assertThat(take(queue)).isEqualTo("a2");
    }

    @Test
    void a_taker_that_waits_gets_the_next_of_a_lane_when_it_is_released() {
        var queue = queue(10, ShedPolicies.BLOCK, "a1", "a2");
        take(queue);
        var taker = crew.start("taker", () -> queue.take());
        taker.awaitWaiting();

        queue.release("a1");

        assertThat(taker.result()).isEqualTo(new TakeResult.Taken<>("a2"));
    }

    @Test
    void under_drop_oldest_the_oldest_goes_even_where_its_lane_is_not_free() {
        var queue = queue(3, ShedPolicies.DROP_OLDEST, "a1", "a2", "b1", "a3");
        assertThat(queue.snapshot().evicted()).isEqualTo(1);
        assertThat(take(queue)).isEqualTo("a2");
        queue.tryOffer("c1");

        var result = queue.tryOffer("c2");

        assertThat(result).isEqualTo(new OfferResult.Shed<>(List.of("b1"), ShedReason.DROP_OLDEST));
        assertThat(List.of(take(queue), take(queue))).containsExactly("c1", "nothing");
        queue.release("a2");
        queue.release("c1");
        assertThat(List.of(take(queue), take(queue), take(queue))).containsExactly("a3", "c2", "nothing");
    }

    @Test
    void withdrawn_items_leave_their_lanes_in_order() {
        var queue = queue(10, ShedPolicies.BLOCK, "a1", "b1", "a2", "b2", "a3");
        take(queue);

        List<String> removed = queue.removeIf(item -> item.equals("a2") || item.startsWith("b"));

        assertThat(removed).containsExactly("b1", "a2", "b2");
        assertThat(take(queue)).isEqualTo("nothing");
        queue.release("a1");
        assertThat(take(queue)).isEqualTo("a3");
        assertThat(queue.snapshot().bytes()).isZero();
    }

    @Test
    void what_is_taken_for_the_first_time_is_told_under_the_lock() {
        var queue = queue(10, ShedPolicies.BLOCK, "a1", "b1");
        take(queue);
        queue.park("a1", Duration.ZERO);

        take(queue);
        take(queue);

        assertThat(noted).containsExactly("a1", "b1");
    }

    @ParameterizedTest
    @FieldSource("dev.spillway.flow.ShedPolicies#ALL")
    void whatever_happens_of_each_lane_one_is_out_and_all_leave_in_order(ShedPolicy policy) {
        for (int seed = 0; seed < 300; seed++) {
            new Mix(seed, policy).run();
        }
    }

    /** Random operations beside a model: what each lane has queued, and what is out of it. */
    private final class Mix {
        private final Random random;
        private final ShedQueue<String> queue;
        private final Map<Character, Deque<String>> queued = new HashMap<>();
        private final List<String> out = new ArrayList<>();
        private final Set<String> parked = new HashSet<>();
        private int number;

        Mix(int seed, ShedPolicy policy) {
            random = new Random(seed);
            queue = queue(5, policy);
        }

        void run() {
            for (int step = 0; step < 200; step++) {
                switch (random.nextInt(6)) {
                    case 0, 1 -> offer();
                    case 2, 3 -> takeOne();
                    case 4 -> release();
                    default -> park();
                }
                assertThat(queue.snapshot().depth())
                        .isEqualTo(
                                queued.values().stream().mapToInt(Deque::size).sum());
                assertThat(queue.snapshot().parked()).isEqualTo(parked.size());
            }
        }

        private void offer() {
            String item = "abc".charAt(random.nextInt(3)) + "-" + number++;
            OfferResult<String> result = queue.tryOffer(item);
            if (!(result instanceof OfferResult.Full)) {
                lane(item).addLast(item);
            }
            if (result instanceof OfferResult.Shed<String> shed) {
                for (String victim : shed.victims()) {
                    assertThat(lane(victim).remove(victim)).isTrue();
                }
            }
        }

        private void takeOne() {
            String item = take(queue);
            if (item.equals("nothing")) {
                assertThat(queued)
                        .allSatisfy((lane, items) ->
                                assertThat(items.isEmpty() || isOut(lane)).isTrue());
                assertThat(parked).isEmpty();
            } else if (parked.remove(item)) {
                assertThat(out).contains(item);
            } else {
                assertThat(isOut(item.charAt(0))).isFalse();
                assertThat(lane(item).removeFirst()).isEqualTo(item);
                out.add(item);
            }
        }

        private void release() {
            out.stream().filter(item -> !parked.contains(item)).findAny().ifPresent(item -> {
                queue.release(item);
                out.remove(item);
            });
        }

        private void park() {
            out.stream().filter(item -> !parked.contains(item)).findAny().ifPresent(item -> {
                queue.park(item, Duration.ZERO);
                parked.add(item);
            });
        }

        private boolean isOut(char lane) {
            return out.stream().anyMatch(item -> item.charAt(0) == lane);
        }

        private Deque<String> lane(String item) {
            return queued.computeIfAbsent(item.charAt(0), lane -> new ArrayDeque<>());
        }
    }
}
