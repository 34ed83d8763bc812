package dev.spillway.intake;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class EpochSizeTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(40);
    private static final Duration QUICK = Duration.ofSeconds(4);
    private static final Duration SLOW = Duration.ofSeconds(10);

    private final EpochSize size = new EpochSize(TIMEOUT);

    @Test
    void while_kafka_is_quick_it_has_no_bound() {
        size.committed(1_000_000, QUICK, QUICK);

        assertThat(size.room(Long.MAX_VALUE - 1)).isEqualTo(1);
    }

    @Test
    void an_epoch_that_was_given_up_halves_it() {
        size.givenUp(8000);
        assertThat(size.room(0)).isEqualTo(4000);
        assertThat(size.room(3999)).isEqualTo(1);
        assertThat(size.room(5000)).isZero();

        size.givenUp(9000);

        assertThat(size.room(0)).isEqualTo(2000);
    }

    @Test
    void a_commit_of_a_quarter_of_the_time_out_takes_a_quarter_off() {
        size.committed(8000, SLOW, SLOW);
        assertThat(size.room(0)).isEqualTo(6000);

        size.committed(4000, SLOW, SLOW);

        assertThat(size.room(0)).isEqualTo(3000);
    }

    @Test
    void a_quick_commit_of_an_epoch_that_came_near_doubles_it() {
        size.givenUp(8000);

        size.committed(1999, QUICK, QUICK);
        assertThat(size.room(0)).isEqualTo(4000);
        size.committed(2000, QUICK, QUICK);
        assertThat(size.room(0)).isEqualTo(8000);
    }

    @Test
    void a_commit_that_is_neither_quick_nor_slow_changes_nothing() {
        size.givenUp(8000);

        size.committed(4000, QUICK, Duration.ofSeconds(5));
        size.committed(4000, QUICK, Duration.ofMillis(9999));

        assertThat(size.room(0)).isEqualTo(4000);
    }

    @Test
    void it_never_falls_below_a_hundred_and_recovers_from_there() {
        for (int i = 0; i < 20; i++) {
            size.givenUp(1);
        }
        assertThat(size.room(0)).isEqualTo(100);

        for (long near = 100; near < 1L << 34; near *= 2) {
            size.committed(near, QUICK, QUICK);
        }

        assertThat(size.room(Long.MAX_VALUE - 1)).isEqualTo(1);
    }

    @Test
    void where_no_transaction_times_out_only_an_epoch_that_was_given_up_makes_it_smaller() {
        EpochSize atLeastOnce = new EpochSize(null);

        atLeastOnce.committed(8000, Duration.ofHours(1), Duration.ofHours(1));
        assertThat(atLeastOnce.room(0)).isEqualTo(Long.MAX_VALUE);
        atLeastOnce.givenUp(8000);

        assertThat(atLeastOnce.room(0)).isEqualTo(4000);
    }

    @Test
    void a_size_that_took_too_long_is_not_tried_again_at_every_other_epoch() {
        int aborted = 0;
        for (int i = 0; i < 100; i++) {
            long records = Math.min(10_000, size.room(0));
            Duration work = Duration.ofMillis(100).multipliedBy(records); // one after the other
            if (work.compareTo(TIMEOUT) >= 0) {
                size.givenUp(records);
                aborted++;
            } else {
                size.committed(records, work, QUICK);
            }
        }
        assertThat(aborted).isLessThan(10);
    }
}
