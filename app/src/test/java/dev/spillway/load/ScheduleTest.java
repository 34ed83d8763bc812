package dev.spillway.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ScheduleTest {
    private static final Duration SECOND = Duration.ofSeconds(1);

    @Test
    void a_rate_spreads_records_evenly() {
        assertThat(millis(Schedule.paced(4, null, Limit.records(6))))
                .containsExactly(0L, 250L, 500L, 750L, 1000L, 1250L);
    }

    @Test
    void a_rate_below_one_is_a_record_now_and_then() {
        assertThat(millis(Schedule.paced(0.5, null, Limit.records(3)))).containsExactly(0L, 2000L, 4000L);
    }

    @Test
    void a_burst_is_additional_and_all_at_once() {
        Schedule schedule = Schedule.paced(2, new Burst(3, SECOND), Limit.time(Duration.ofMillis(2001)));
        assertThat(millis(schedule))
                .containsExactly(0L, 500L, 1000L, 1000L, 1000L, 1000L, 1500L, 2000L, 2000L, 2000L, 2000L);
    }

    @Test
    void bursts_can_come_alone() {
        assertThat(millis(Schedule.paced(0, new Burst(2, SECOND), Limit.records(4))))
                .containsExactly(1000L, 1000L, 2000L, 2000L);
    }

    @Test
    void a_count_limits_the_even_records_and_the_bursts_together() {
        assertThat(millis(Schedule.paced(2, new Burst(3, SECOND), Limit.records(5))))
                .hasSize(5);
    }

    @Test
    void no_record_is_due_at_the_end_of_the_duration_or_after_it() {
        assertThat(millis(Schedule.paced(10, new Burst(5, SECOND), Limit.time(SECOND))))
                .hasSize(10);
    }

    @Test
    void the_times_do_not_depend_on_how_much_time_has_passed() {
        Schedule late = Schedule.paced(4, null, Limit.time(SECOND));
        List<Long> due = new ArrayList<>();
        for (long at = late.next(0);
                at != Schedule.END;
                at = late.next(Duration.ofHours(1).toNanos())) {
            due.add(at / 1_000_000);
        }
        assertThat(due).containsExactly(0L, 250L, 500L, 750L);
    }

    @Test
    void without_a_rate_the_next_record_is_due_now() {
        Schedule schedule = Schedule.asFastAsPossible(Limit.time(SECOND));
        assertThat(schedule.next(5)).isEqualTo(5);
        assertThat(schedule.next(999_999_999)).isEqualTo(999_999_999);
        assertThat(schedule.next(1_000_000_000)).isEqualTo(Schedule.END);
    }

    @Test
    void the_total_is_known_in_advance_where_there_is_a_rate_or_a_count() {
        assertThat(Schedule.paced(4, null, Limit.records(7)).total()).isEqualTo(7);
        assertThat(Schedule.asFastAsPossible(Limit.records(7)).total()).isEqualTo(7);
        assertThat(Schedule.asFastAsPossible(Limit.time(SECOND)).total()).isEqualTo(Schedule.UNKNOWN);
    }

    @Test
    void the_total_is_what_the_schedule_then_gives() {
        for (int millis : new int[] {1, 333, 999, 1000, 1001, 2000, 2500, 10_000}) {
            for (double rate : new double[] {0.7, 1, 3, 1000}) {
                Limit limit = Limit.time(Duration.ofMillis(millis));
                Burst burst = new Burst(7, SECOND);
                long given = millis(Schedule.paced(rate, burst, limit)).size();
                assertThat(Schedule.paced(rate, burst, limit).total())
                        .as("%s a second for %s ms", rate, millis)
                        .isEqualTo(given);
            }
        }
    }

    private static List<Long> millis(Schedule schedule) {
        List<Long> due = new ArrayList<>();
        for (long at = schedule.next(0); at != Schedule.END; at = schedule.next(0)) {
            due.add(at / 1_000_000);
        }
        return due;
    }
}
