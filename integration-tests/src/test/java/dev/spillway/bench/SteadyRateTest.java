package dev.spillway.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class SteadyRateTest {
    private final SteadyRate rate = new SteadyRate();

    @Test
    void leaps_count_from_the_first_to_the_last_whenever_it_was_looked() {
        see(0, 5000);
        see(90, 5000); // just before a commit of 1000 records, which comes every 100 ms
        see(110, 6000);
        see(190, 6000);
        see(210, 7000);
        see(310, 8000);
        see(390, 8000); // just before the next one
        assertThat(rate.perSecond()).isCloseTo(10_000, within(1e-6));
    }

    @Test
    void the_cost_of_a_record_is_the_cpu_of_the_same_time() {
        rate.see(0, 0, Duration.ofSeconds(7));
        rate.see(1_000_000, 100, Duration.ofSeconds(8));
        rate.see(2_000_000, 1100, Duration.ofSeconds(8).plusMillis(5));
        assertThat(rate.cpuMicrosPerRecord()).isCloseTo(5, within(1e-9));
    }

    @Test
    void one_leap_is_no_rate() {
        see(0, 0);
        see(10, 100);
        see(20, 100);
        assertThat(rate.isKnown()).isFalse();
        see(30, 200);
        assertThat(rate.isKnown()).isTrue();
    }

    private void see(long millis, long count) {
        rate.see(millis * 1_000_000, count, Duration.ZERO);
    }
}
