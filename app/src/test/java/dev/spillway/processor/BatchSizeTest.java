package dev.spillway.processor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class BatchSizeTest {
    private final BatchSize size = new BatchSize();

    /** Takes batches of records that take so long each. */
    private void work(int batches, long nanosEach) {
        for (int i = 0; i < batches; i++) {
            int next = size.next();
            size.observe(next, next * nanosEach);
        }
    }

    @Test
    void the_first_batch_is_one_record() {
        assertThat(size.next()).isEqualTo(1);
    }

    @Test
    void records_of_a_millisecond_are_taken_one_by_one() {
        work(50, TimeUnit.MILLISECONDS.toNanos(1));
        assertThat(size.next()).isEqualTo(1);

        work(50, TimeUnit.SECONDS.toNanos(1));
        assertThat(size.next()).isEqualTo(1);
    }

    @Test
    void records_of_ten_microseconds_are_taken_by_the_hundred() {
        work(100, TimeUnit.MICROSECONDS.toNanos(10));
        assertThat(size.next()).isBetween(95, 100);
    }

    @Test
    void dozens_of_fast_records_are_taken_soon_and_never_too_many() {
        work(20, TimeUnit.MICROSECONDS.toNanos(1));
        assertThat(size.next()).isBetween(24, BatchSize.MOST);

        work(100, 0);
        assertThat(size.next()).isEqualTo(BatchSize.MOST);
    }

    @Test
    void work_that_becomes_slow_is_noticed_with_the_next_batch() {
        work(100, TimeUnit.MICROSECONDS.toNanos(1));
        work(1, TimeUnit.MILLISECONDS.toNanos(10));

        assertThat(size.next()).isEqualTo(1);
    }
}
