package dev.spillway.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ArrivalScheduleTest {
    private static final long START = 5_000_000_000L;

    @Test
    void arrivals_are_due_in_even_intervals_from_the_start() {
        ArrivalSchedule schedule = ArrivalSchedule.lasting(START, 4000, 2);
        assertThat(schedule.count()).isEqualTo(8000);
        assertThat(schedule.dueNanos(0)).isEqualTo(START);
        assertThat(schedule.dueNanos(1)).isEqualTo(START + 250_000);
        assertThat(schedule.endNanos()).isEqualTo(START + 2_000_000_000L);
    }

    @Test
    void an_interval_that_is_no_whole_number_of_nanoseconds_does_not_add_up_to_a_drift() {
        ArrivalSchedule schedule = ArrivalSchedule.lasting(START, 3, 1_000_000);
        assertThat(schedule.dueNanos(2_999_997)).isEqualTo(START + 999_999_000_000_000L);
    }

    @Test
    void as_many_are_due_in_each_second() {
        ArrivalSchedule schedule = ArrivalSchedule.lasting(0, 777, 10);
        long[] bySecond = new long[10];
        IntStream.range(0, schedule.count()).forEach(i -> bySecond[(int) (schedule.dueNanos(i) / 1_000_000_000)]++);
        assertThat(bySecond).containsOnly(777);
    }
}
