package dev.spillway.flow;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spillway.flow.Distribution.Counts;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class DistributionTest {
    private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);

    private final Distribution distribution = new Distribution();

    @Test
    void a_duration_is_counted_in_the_first_bucket_that_holds_it() {
        distribution.add(2 * MILLI);
        distribution.add(2 * MILLI + 1);

        Counts counts = distribution.counts();
        int two = IntStream.range(0, Counts.buckets())
                .filter(i -> Counts.upperBound(i) == 2 * MILLI)
                .findFirst()
                .orElseThrow();
        assertThat(counts.in(two)).isEqualTo(1);
        assertThat(counts.in(two + 1)).isEqualTo(1);
        assertThat(Counts.upperBound(two + 1)).isEqualTo(5 * MILLI);
    }

    @Test
    void bounds_rise_from_ten_microseconds_to_a_day_and_the_last_bucket_has_none() {
        assertThat(Counts.upperBound(0)).isEqualTo(TimeUnit.MICROSECONDS.toNanos(10));
        assertThat(IntStream.range(0, Counts.buckets())
                        .mapToLong(Counts::upperBound)
                        .toArray())
                .isSorted()
                .doesNotHaveDuplicates()
                .contains(TimeUnit.SECONDS.toNanos(100_000))
                .endsWith(Long.MAX_VALUE);
    }

    @Test
    void nothing_is_too_short_or_too_long() {
        distribution.add(-5);
        distribution.add(0);
        distribution.add(TimeUnit.DAYS.toNanos(1000));

        Counts counts = distribution.counts();
        assertThat(counts.in(0)).isEqualTo(2);
        assertThat(counts.in(Counts.buckets() - 1)).isEqualTo(1);
        assertThat(counts.seconds()).isEqualTo(86_400_000);
    }

    /** Records whose producer took seconds for milliseconds are half a century old, all of them. */
    @Test
    void the_sum_of_many_very_long_durations_does_not_overflow() {
        distribution.add(TimeUnit.DAYS.toNanos(20_000), 1000);
        distribution.add(TimeUnit.DAYS.toNanos(20_000), 1000);

        assertThat(distribution.counts().seconds()).isEqualTo(2000 * 20_000 * 86_400.0);
    }

    @Test
    void several_of_the_same_length_count_as_that_many() {
        distribution.add(3 * MILLI, 7);

        assertThat(distribution.counts().total()).isEqualTo(7);
        assertThat(distribution.counts().seconds()).isEqualTo(0.021);
    }

    @Test
    void what_came_since_a_moment_does_not_know_what_was_before() {
        distribution.add(MILLI, 100);
        Counts earlier = distribution.counts();
        distribution.add(400 * MILLI);

        Counts since = distribution.counts().since(earlier);

        assertThat(since.total()).isEqualTo(1);
        assertThat(since.seconds()).isEqualTo(0.4);
        assertThat(since.quantile(0.5)).isBetween(200 * MILLI, 500 * MILLI);
    }

    @Test
    void a_quantile_lies_in_the_bucket_of_its_rank() {
        distribution.add(MILLI, 98);
        distribution.add(900 * MILLI, 2);

        assertThat(distribution.counts().quantile(0.5)).isLessThanOrEqualTo(MILLI);
        assertThat(distribution.counts().quantile(0.99)).isBetween(500 * MILLI, 1000 * MILLI);
        assertThat(Counts.NONE.quantile(0.99)).isZero();
    }
}
