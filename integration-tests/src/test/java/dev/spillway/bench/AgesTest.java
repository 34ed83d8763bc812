package dev.spillway.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class AgesTest {
    private static final long MILLI = 1_000_000;
    private static final long SECOND = 1000 * MILLI;
    private static final long START = 77 * SECOND;
    /** Three digits, of a tenth of a second at the most. */
    private static final Offset<Double> PRECISION = within(0.1);

    private final Ages ages = new Ages(START, 60);

    @Test
    void an_age_counts_from_when_the_record_was_due() {
        seeAt(10 * SECOND, 25);
        assertThat(ages.max()).isCloseTo(25, PRECISION);
    }

    @Test
    void percentiles_are_those_of_all_results() {
        for (int millis = 1; millis <= 100; millis++) {
            seeAt(millis % 60 * SECOND + SECOND / 2, millis);
        }
        assertThat(ages.count()).isEqualTo(100);
        assertThat(ages.percentile(50)).isCloseTo(50, PRECISION);
        assertThat(ages.percentile(99)).isCloseTo(99, PRECISION);
        assertThat(ages.max()).isCloseTo(100, PRECISION);
    }

    @Test
    void each_sixth_has_what_was_seen_in_it() {
        seeAt(9 * SECOND, 10);
        seeAt(11 * SECOND, 20);
        seeAt(59 * SECOND, 60);
        assertThat(ages.percentileOfSixth(0, 99)).isCloseTo(10, PRECISION);
        assertThat(ages.percentileOfSixth(1, 99)).isCloseTo(20, PRECISION);
        assertThat(ages.percentileOfSixth(2, 99)).isNaN();
        assertThat(ages.percentileOfSixth(5, 99)).isCloseTo(60, PRECISION);
    }

    @Test
    void what_was_due_before_the_start_or_is_seen_after_the_end_does_not_count() {
        ages.see(START + MILLI, START - MILLI);
        ages.see(START + 60 * SECOND, START + 59 * SECOND);
        assertThat(ages.count()).isZero();
        assertThat(ages.max()).isNaN();
    }

    private void seeAt(long sinceStart, long ageMillis) {
        ages.see(START + sinceStart, START + sinceStart - ageMillis * MILLI);
    }
}
