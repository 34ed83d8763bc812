package dev.spillway.intake;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spillway.config.BreakerConfig;
import dev.spillway.flow.PassingTime;
import dev.spillway.flow.ShedPolicies;
import dev.spillway.flow.ShedQueue;
import dev.spillway.flow.TakeResult;
import dev.spillway.processor.Attempts;
import dev.spillway.processor.Downstream;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class CircuitBreakerTest {
    private static final Duration PROBE = Duration.ofSeconds(1);

    private final PassingTime time = new PassingTime();
    private final ShedQueue<Integer> queue = new ShedQueue<>(100, 1000, ShedPolicies.BLOCK, item -> 1, time);
    private final Downstream downstream = new Downstream();
    private final CircuitBreaker breaker =
            new CircuitBreaker(new BreakerConfig(10, 90, PROBE), null, queue, downstream, time);

    private void attempts(int answered, int failed) {
        Attempts.add(downstream, answered, failed);
        breaker.update();
    }

    private boolean isAnythingToTake() {
        return queue.tryTake() instanceof TakeResult.Taken<Integer>;
    }

    @Test
    void while_enough_attempts_succeed_nothing_happens() {
        for (int i = 0; i < 20; i++) {
            attempts(2, 8);
        }

        assertThat(breaker.isOpen()).isFalse();
        assertThat(downstream.isDown()).isFalse();
    }

    @Test
    void a_few_failures_say_nothing() {
        attempts(0, 9);

        assertThat(breaker.isOpen()).isFalse();
    }

    @Test
    void when_nearly_all_fail_it_opens_and_lets_one_record_out() {
        queue.tryOffer(1);
        queue.tryOffer(2);

        attempts(1, 9);

        assertThat(breaker.isOpen()).isTrue();
        assertThat(downstream.isDown()).isTrue();
        assertThat(isAnythingToTake()).isTrue();
        assertThat(isAnythingToTake()).isFalse();
    }

    @Test
    void while_it_is_open_one_more_record_is_let_out_at_each_interval_and_never_two() {
        for (int i = 0; i < 10; i++) {
            queue.tryOffer(i);
        }
        attempts(0, 10);
        assertThat(isAnythingToTake()).isTrue();

        time.advance(PROBE.minusNanos(1));
        attempts(0, 1);
        assertThat(isAnythingToTake()).isFalse();
        time.advance(Duration.ofNanos(1));
        breaker.update();

        assertThat(isAnythingToTake()).isTrue();
        assertThat(isAnythingToTake()).isFalse();
        time.advance(PROBE.multipliedBy(3));
        breaker.update();
        breaker.update();
        assertThat(isAnythingToTake()).isTrue();
        assertThat(isAnythingToTake()).isFalse();
    }

    @Test
    void it_asks_for_one_record_for_each_probe_that_there_is_none_queued_for() {
        assertThat(breaker.isHungry()).isFalse();
        attempts(0, 10);

        assertThat(breaker.isHungry()).isTrue();
        breaker.feed();
        assertThat(breaker.isHungry()).isFalse();

        time.advance(PROBE);
        breaker.update();
        assertThat(breaker.isHungry()).isTrue();
        queue.tryOffer(1);
        assertThat(breaker.isHungry()).isFalse();
        queue.tryTake();
        attempts(1, 0);
        assertThat(breaker.isHungry()).isFalse();
    }

    @Test
    void the_first_success_closes_it() {
        queue.tryOffer(1);
        queue.tryOffer(2);
        attempts(0, 10);

        attempts(1, 0);

        assertThat(breaker.isOpen()).isFalse();
        assertThat(downstream.isDown()).isFalse();
        assertThat(isAnythingToTake()).isTrue();
        assertThat(isAnythingToTake()).isTrue();
    }

    @Test
    void what_failed_before_it_closed_does_not_open_it_again() {
        attempts(0, 10);
        attempts(0, 30);
        attempts(1, 0);

        attempts(0, 9);

        assertThat(breaker.isOpen()).isFalse();
    }

    @Test
    void without_a_window_it_never_opens() {
        CircuitBreaker off = new CircuitBreaker(BreakerConfig.OFF, null, queue, downstream, time);
        Attempts.add(downstream, 0, 1_000_000);

        off.update();

        assertThat(off.isOpen()).isFalse();
    }
}
