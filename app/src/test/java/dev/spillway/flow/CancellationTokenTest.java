package dev.spillway.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

@Timeout(60)
class CancellationTokenTest {
    @RegisterExtension
    final Crew crew = new Crew();

    private final CancellationToken root = CancellationToken.root();
    private final List<String> told = new ArrayList<>();

    @Test
    void a_new_tree_is_not_cancelled() {
        assertThat(root.isCancelled()).isFalse();
        assertThat(root.reason()).isEmpty();
        assertThatCode(root::throwIfCancelled).doesNotThrowAnyException();
    }

    @Test
    void a_cancelled_node_says_why() {
        assertThat(root.cancel("enough")).isTrue();

        assertThat(root.isCancelled()).isTrue();
        assertThat(root.reason()).contains("enough");
        assertThatThrownBy(root::throwIfCancelled)
                .isInstanceOf(CancellationException.class)
                .hasMessage("enough");
    }

    @Test
    void the_first_reason_wins() {
        root.cancel("first");

        assertThat(root.cancel("second")).isFalse();

        assertThat(root.reason()).contains("first");
    }

    @Test
    void cancelling_a_node_cancels_everything_below_it_with_the_same_reason() {
        CancellationToken child = root.child();
        CancellationToken grandchild = child.child();

        root.cancel("enough");

        assertThat(child.reason()).contains("enough");
        assertThat(grandchild.reason()).contains("enough");
    }

    @Test
    void cancelling_a_node_cancels_nothing_above_or_beside_it() {
        CancellationToken child = root.child();
        CancellationToken sibling = root.child();

        child.cancel("enough");

        assertThat(root.isCancelled()).isFalse();
        assertThat(sibling.isCancelled()).isFalse();
    }

    @Test
    void a_child_of_a_cancelled_node_is_born_cancelled() {
        root.cancel("enough");

        assertThat(root.child().reason()).contains("enough");
    }

    @Test
    void a_callback_runs_once() {
        root.onCancel(() -> told.add("told"));

        root.cancel("first");
        root.cancel("second");

        assertThat(told).containsExactly("told");
    }

    @Test
    void callbacks_run_in_the_order_in_which_they_came() {
        List<String> numbers =
                IntStream.range(0, 20).mapToObj(Integer::toString).toList();
        numbers.forEach(number -> root.onCancel(() -> told.add(number)));

        root.cancel("enough");

        assertThat(told).isEqualTo(numbers);
    }

    @Test
    void a_callback_that_comes_after_the_cancellation_runs_at_once() {
        root.cancel("enough");

        root.onCancel(() -> told.add("told"));

        assertThat(told).containsExactly("told");
    }

    @Test
    void a_callback_sees_the_reason() {
        root.onCancel(() -> told.add(root.reason().orElse("none")));

        root.cancel("enough");

        assertThat(told).containsExactly("enough");
    }

    @Test
    void a_callback_that_was_taken_back_does_not_run() {
        var registration = root.onCancel(() -> told.add("told"));
        registration.close();

        root.cancel("enough");

        assertThat(told).isEmpty();
    }

    @Test
    void a_callback_can_be_taken_back_twice() {
        var registration = root.onCancel(() -> told.add("one"));
        root.onCancel(() -> told.add("other"));
        registration.close();

        registration.close();

        assertThat(root.attached()).isEqualTo(1);
    }

    @Test
    void a_callback_may_use_the_token_that_calls_it() {
        root.onCancel(() -> {
            root.onCancel(() -> told.add("late"));
            root.cancel("again");
        });

        root.cancel("enough");

        assertThat(told).containsExactly("late");
    }

    @Test
    void everybody_is_told_whatever_a_callback_throws() {
        CancellationToken child = root.child();
        root.onCancel(() -> {
            throw new IllegalStateException("first");
        });
        root.onCancel(() -> {
            throw new IllegalStateException("second");
        });
        root.onCancel(() -> told.add("told"));

        assertThatThrownBy(() -> root.cancel("enough"))
                .hasMessage("first")
                .satisfies(e -> assertThat(e.getSuppressed())
                        .singleElement()
                        .satisfies(suppressed -> assertThat(suppressed).hasMessage("second")));

        assertThat(told).containsExactly("told");
        assertThat(child.isCancelled()).isTrue();
    }

    @Test
    void everybody_is_told_also_when_a_callback_throws_an_error() {
        root.onCancel(() -> {
            throw new AssertionError("broken");
        });
        root.onCancel(() -> told.add("told"));

        assertThatThrownBy(() -> root.cancel("enough")).hasMessage("broken");

        assertThat(told).containsExactly("told");
    }

    @Test
    void a_node_whose_callback_throws_is_detached_all_the_same() {
        CancellationToken child = root.child();
        child.onCancel(() -> {
            throw new IllegalStateException("broken");
        });

        assertThatThrownBy(() -> child.cancel("enough")).hasMessage("broken");

        assertThat(root.attached()).isZero();
    }

    @Test
    void a_closed_node_is_detached_and_not_cancelled() {
        CancellationToken child = root.child();

        child.close();

        assertThat(root.attached()).isZero();
        root.cancel("enough");
        assertThat(child.isCancelled()).isFalse();
    }

    @Test
    void a_cancelled_node_is_detached() {
        CancellationToken child = root.child();

        child.cancel("enough");

        assertThat(root.attached()).isZero();
    }

    @Test
    void a_cancelled_node_holds_on_to_nobody() {
        root.child();
        root.onCancel(() -> told.add("early"));

        root.cancel("enough");
        root.onCancel(() -> told.add("late"));

        assertThat(root.attached()).isZero();
    }

    @Test
    void a_long_life_with_many_children_leaves_nothing_behind() {
        for (int i = 0; i < 1000; i++) {
            root.child().close();
        }

        assertThat(root.attached()).isZero();
    }

    @Test
    void only_one_of_many_cancellers_is_the_one() {
        var start = new CountDownLatch(1);
        List<Crew.Hand<Boolean>> cancellers = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            String why = "canceller " + i;
            cancellers.add(crew.start(why, () -> {
                        start.await();
                        return root.cancel(why);
                    })
                    .awaitWaiting());
        }

        start.countDown();

        assertThat(cancellers.stream().filter(Crew.Hand::result)).hasSize(1);
    }

    @Test
    void a_callback_that_blocks_does_not_block_those_who_ask() {
        var blocked = new CountDownLatch(1);
        root.onCancel(() -> {
            try {
                blocked.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        var canceller = crew.start("canceller", () -> root.cancel("enough")).awaitWaiting();

        assertThat(root.isCancelled()).isTrue();
        assertThat(root.child().isCancelled()).isTrue();

        blocked.countDown();
        assertThat(canceller.result()).isTrue();
    }

    @Test
    void waiting_ends_when_the_node_is_cancelled() {
        var time = new ManualTime();
        var waiter = crew.start("waiter", () -> root.await(time, Duration.ofSeconds(1)));
        time.awaitWaiting(1);

        root.cancel("enough");

        assertThat(waiter.result()).isTrue();
    }

    @Test
    void waiting_ends_when_its_time_has_passed() {
        var time = new ManualTime();
        var waiter = crew.start("waiter", () -> root.await(time, Duration.ofSeconds(1)));
        time.awaitWaiting(1);

        time.advance(Duration.ofSeconds(1));

        assertThat(waiter.result()).isFalse();
    }

    @Test
    void nobody_waits_for_a_cancelled_node() throws InterruptedException {
        root.cancel("enough");

        assertThat(root.await(new ManualTime(), Duration.ofSeconds(1))).isTrue();
    }
}
