package dev.spillway.processor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spillway.flow.Crew;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

@Timeout(60)
class ConcurrencyLimitTest {
    private static final int WORKERS = 50;

    @RegisterExtension
    final Crew crew = new Crew();

    private final ConcurrencyLimit limit = new ConcurrencyLimit(WORKERS);

    /** As many attempts at once as the limit allows, until it has judged so many windows. */
    private void windows(int count, long millisEach, int failed) {
        for (int i = 0; i < count; i++) {
            int atOnce = limit.limit();
            int attempts = Math.max(20, 2 * atOnce);
            for (int n = 0; n < attempts; n++) {
                if (n >= atOnce) {
                    limit.end(
                            1,
                            n < atOnce + failed ? 1 : 0,
                            Duration.ofMillis(millisEach).toNanos());
                }
                limit.begin();
            }
            for (int n = 0; n < atOnce; n++) {
                limit.end(1, 0, Duration.ofMillis(millisEach).toNanos());
            }
        }
    }

    /** A service that does so many things at once, and lets the others wait. */
    private void windowsAgainst(int capacity, int count) {
        for (int i = 0; i < count; i++) {
            windows(1, 10L * Math.max(1, limit.limit()) / Math.min(capacity, limit.limit()), 0);
        }
    }

    @Test
    void it_rises_while_attempts_take_no_longer_and_never_above_the_workers() {
        assertThat(limit.limit()).isEqualTo(4);
        windows(1, 10, 0);
        assertThat(limit.limit()).isEqualTo(5);

        windows(100, 10, 0);

        assertThat(limit.limit()).isEqualTo(WORKERS);
    }

    @Test
    void a_service_that_does_ten_at_once_is_not_asked_for_much_more() {
        windowsAgainst(10, 300);

        assertThat(limit.limit()).isBetween(10, 22);
    }

    @Test
    void it_falls_by_as_much_as_the_service_has_become_slower_and_by_half_at_most() {
        windows(100, 10, 0);
        windows(1, 25, 0);
        assertThat(limit.limit()).isEqualTo(40);

        windows(1, 1000, 0);
        assertThat(limit.limit()).isEqualTo(20);
    }

    @Test
    void attempts_that_fail_halve_it() {
        windows(100, 10, 0);

        windows(1, 10, 11);

        assertThat(limit.limit()).isEqualTo(25);
    }

    @Test
    void a_failure_now_and_then_changes_nothing() {
        windows(100, 10, 2);

        assertThat(limit.limit()).isEqualTo(WORKERS);
    }

    @Test
    void it_does_not_fall_below_one() {
        windows(20, 10, 1000);

        assertThat(limit.limit()).isEqualTo(1);
    }

    @Test
    void a_service_that_has_become_slower_for_good_is_believed_in_the_end() {
        windows(100, 10, 0);

        windows(200, 50, 0);

        assertThat(limit.limit()).isEqualTo(WORKERS);
    }

    @Test
    void it_does_not_rise_while_it_is_not_made_use_of() {
        for (int i = 0; i < 1000; i++) {
            limit.begin();
            limit.end(1, 0, 1000);
        }

        assertThat(limit.limit()).isEqualTo(4);
    }

    @Test
    void what_was_taken_and_not_tried_is_no_quick_attempt() {
        for (int i = 0; i < 1000; i++) {
            limit.begin();
            limit.end(0, 0, 10);
        }

        windows(2, 10, 0);

        assertThat(limit.limit()).isEqualTo(6);
    }

    private Crew.Hand<Boolean> waitsBehindFour() throws InterruptedException {
        for (int i = 0; i < 4; i++) {
            limit.acquire();
        }
        var fifth = crew.start("fifth", () -> {
            limit.acquire();
            return true;
        });
        fifth.awaitWaiting();
        return fifth;
    }

    @Test
    void so_many_permits_are_given_and_the_next_one_waits() throws InterruptedException {
        var fifth = waitsBehindFour();

        limit.release();

        assertThat(fifth.result()).isTrue();
    }

    @Test
    void whoever_waits_gets_a_permit_when_the_limit_rises() throws InterruptedException {
        var fifth = waitsBehindFour();

        windows(1, 10, 0);

        assertThat(fifth.result()).isTrue();
    }

    @Test
    void a_high_limit_rises_by_a_tenth() {
        windows(16, 10, 0);
        assertThat(limit.limit()).isEqualTo(20);

        windows(1, 10, 0);

        assertThat(limit.limit()).isEqualTo(22);
    }

    @Test
    void a_permit_that_was_meant_for_somebody_who_was_interrupted_goes_to_the_next() throws InterruptedException {
        for (int i = 0; i < 4; i++) {
            limit.acquire();
        }
        var one = crew.start("one", () -> {
            limit.acquire();
            return true;
        });
        one.awaitWaiting();
        var other = crew.start("other", () -> {
            limit.acquire();
            return true;
        });
        other.awaitWaiting();
        one.interrupt();
        assertThat(one.failure()).isInstanceOf(InterruptedException.class);

        limit.release();

        assertThat(other.result()).isTrue();
    }
}
