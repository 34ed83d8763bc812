package dev.spillway.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

@Timeout(60)
class ManualTimeTest {
    @RegisterExtension
    final Crew crew = new Crew();

    private final ManualTime time = new ManualTime();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition condition = lock.newCondition();

    @Test
    void it_stands_still_until_it_is_moved() {
        long before = time.nanoTime();

        time.advance(Duration.ofMillis(5));

        assertThat(time.nanoTime() - before).isEqualTo(5_000_000);
    }

    @Test
    void it_does_not_run_backwards() {
        assertThatThrownBy(() -> time.advance(Duration.ofMillis(-1))).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void the_wall_clock_jumps_alone() {
        long before = time.nanoTime();

        time.setCurrentTimeMillis(7);

        assertThat(time.currentTimeMillis()).isEqualTo(7);
        assertThat(time.nanoTime()).isEqualTo(before);
    }

    @Test
    void the_wall_clock_moves_with_the_monotonic_one() {
        time.setCurrentTimeMillis(7);

        time.advance(Duration.ofMillis(3));

        assertThat(time.currentTimeMillis()).isEqualTo(10);
    }

    @Test
    void a_wait_ends_when_its_time_has_passed() {
        var waiter = crew.start("waiter", () -> await(Duration.ofSeconds(2)));
        time.awaitWaiting(1);

        time.advance(Duration.ofSeconds(3));

        assertThat(waiter.result()).isEqualTo(-1_000_000_000);
        assertThat(time.waiting()).isZero();
    }

    @Test
    void a_wait_does_not_end_before_its_time() {
        var waiter = crew.start("waiter", () -> await(Duration.ofSeconds(2)));
        time.awaitWaiting(1);

        time.advance(Duration.ofNanos(1_999_999_999));

        assertThat(time.waiting()).isEqualTo(1);
        time.advance(Duration.ofNanos(1));
        assertThat(waiter.result()).isZero();
    }

    @Test
    void a_deadline_that_has_come_is_not_waited_for() throws InterruptedException {
        assertThat(await(Duration.ZERO)).isZero();
        assertThat(await(Duration.ofNanos(-1))).isEqualTo(-1);
    }

    @Test
    void a_signalled_waiter_learns_what_is_left() {
        var waiter = crew.start("waiter", () -> await(Duration.ofSeconds(2)));
        time.awaitWaiting(1);
        time.advance(Duration.ofMillis(500));

        signal();

        assertThat(waiter.result()).isEqualTo(1_500_000_000);
    }

    @Test
    void a_wait_of_the_longest_possible_time_does_not_overflow() {
        var waiter = crew.start("waiter", () -> await(Duration.ofNanos(Long.MAX_VALUE)));
        time.awaitWaiting(1);
        time.advance(Duration.ofDays(1));

        signal();

        assertThat(waiter.result()).isPositive();
    }

    @Test
    void an_interrupted_waiter_waits_no_more() {
        var waiter = crew.start("waiter", () -> await(Duration.ofSeconds(2)));
        time.awaitWaiting(1);

        waiter.interrupt();

        assertThat(waiter.failure()).isInstanceOf(InterruptedException.class);
        assertThat(time.waiting()).isZero();
    }

    @SuppressWarnings("WaitNotInLoop") // one wait is what is tested
    private long await(Duration timeout) throws InterruptedException {
        lock.lock();
        try {
            return time.awaitUntil(lock, condition, time.nanoTime() + timeout.toNanos());
        } finally {
            lock.unlock();
        }
    }

    private void signal() {
        lock.lock();
        try {
            condition.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
