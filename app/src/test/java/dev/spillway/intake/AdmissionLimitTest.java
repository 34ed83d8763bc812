package dev.spillway.intake;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spillway.config.RetryConfig;
import dev.spillway.flow.PassingTime;
import dev.spillway.flow.ShedPolicies;
import dev.spillway.flow.ShedQueue;
import dev.spillway.processor.CpuPool;
import dev.spillway.processor.ServiceTimes;
import dev.spillway.processor.StageChain;
import dev.spillway.processor.Work;
import dev.spillway.processor.Workers;
import dev.spillway.sink.Delivery;
import dev.spillway.sink.SpoiledOrigins;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;

class AdmissionLimitTest {
    private static final int WORKERS = 4;
    private static final int CAPACITY = 1000;

    private final PassingTime time = new PassingTime();
    private final ShedQueue<Delivery> queue =
            new ShedQueue<>(CAPACITY, 1_000_000, ShedPolicies.DROP_NEWEST, Delivery::size, time);
    private final Workers workers = new Workers(
            WORKERS,
            queue,
            Work.of((record, context) -> {}),
            new CpuPool(1),
            new RetryConfig(0, Duration.ZERO, Duration.ZERO, Duration.ofSeconds(1)),
            new SpoiledOrigins(),
            time,
            new Random(1));
    private final AdmissionLimit limit =
            new AdmissionLimit(StageChain.of(queue, workers), Duration.ofSeconds(10), time);

    private void measure(long records, long millisEach) {
        ServiceTimes.add(workers, records, Duration.ofMillis(millisEach));
        time.advance(Duration.ofMillis(500));
        limit.update();
    }

    private int limited() {
        return queue.snapshot().limit();
    }

    @Test
    void until_a_service_time_is_known_two_records_per_worker_may_be_outstanding() {
        limit.update();

        assertThat(limit.allowance(0)).isEqualTo(8);
        assertThat(limit.allowance(5)).isEqualTo(3);
        assertThat(limit.allowance(8)).isZero();
        assertThat(limit.allowance(9)).isZero();
        assertThat(limited()).isEqualTo(CAPACITY);
    }

    @Test
    void the_first_measurement_counts_at_once() {
        ServiceTimes.add(workers, 1, Duration.ofMillis(100));
        limit.update();

        assertThat(limit.allowance(1_000_000)).isEqualTo(Integer.MAX_VALUE);
        assertThat(limited()).isEqualTo(400);
    }

    @Test
    void the_queue_holds_what_the_workers_can_do_in_the_budget() {
        measure(10, 200);
        assertThat(limited()).isEqualTo(200);
    }

    @Test
    void fast_work_is_not_limited() {
        measure(1000, 1);
        assertThat(limited()).isEqualTo(CAPACITY);

        measure(1000, 0);
        assertThat(limited()).isEqualTo(CAPACITY);
    }

    @Test
    void work_that_takes_longer_than_the_budget_is_admitted_one_by_one() {
        measure(1, 1_000_000);
        assertThat(limited()).isEqualTo(1);
    }

    @Test
    void later_measurements_count_half() {
        measure(10, 200);
        measure(10, 600);

        assertThat(limited()).isEqualTo(100);
    }

    @Test
    void it_measures_twice_a_second() {
        measure(10, 200);
        ServiceTimes.add(workers, 10, Duration.ofMillis(600));

        time.advance(Duration.ofMillis(499));
        limit.update();
        assertThat(limited()).isEqualTo(200);

        time.advance(Duration.ofMillis(1));
        limit.update();
        assertThat(limited()).isEqualTo(100);
    }

    @Test
    void nothing_changes_while_nothing_is_finished() {
        measure(10, 200);
        time.advance(Duration.ofSeconds(10));
        limit.update();

        assertThat(limited()).isEqualTo(200);
    }

    @Test
    void half_as_much_is_admitted_after_an_abort_and_slowly_more_again() {
        measure(10, 200);
        limit.halve();
        assertThat(limited()).isEqualTo(100);
        limit.halve();
        assertThat(limited()).isEqualTo(50);

        measure(10, 200);
        assertThat(limited()).isEqualTo(52);
        for (int i = 0; i < 50; i++) {
            measure(10, 200);
        }
        assertThat(limited()).isEqualTo(200);
    }

    @Test
    void an_abort_before_the_first_measurement_counts_too() {
        limit.halve();
        assertThat(limited()).isEqualTo(CAPACITY);

        measure(10, 200);
        assertThat(limited()).isEqualTo(105);
    }

    @Test
    void however_many_epochs_were_aborted_in_a_row_within_minutes_as_much_is_admitted_as_before() {
        measure(10, 200);
        for (int i = 0; i < 1100; i++) {
            limit.halve();
        }
        assertThat(limited()).isEqualTo(1);

        for (int i = 0; i < 600; i++) { // five minutes
            measure(10, 200);
        }
        assertThat(limited()).isEqualTo(200);
    }
}
