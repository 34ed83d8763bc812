package dev.spillway.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RatePatternTest {
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration TEN_SECONDS = Duration.ofSeconds(10);

    static Stream<RatePattern> all() {
        return Stream.of(
                RatePattern.constant(0.7),
                RatePattern.constant(100_000),
                new RatePattern.Ramp(0, 1000, TEN_SECONDS),
                new RatePattern.Ramp(1000, 10, TEN_SECONDS),
                new RatePattern.Ramp(1000, 1000 + 1e-9, TEN_SECONDS),
                new RatePattern.Steps(List.of(100.0, 0.0, 333.3), SECOND),
                new RatePattern.Sine(500, 500, Duration.ofSeconds(7)));
    }

    @ParameterizedTest
    @MethodSource("all")
    void no_record_is_due_before_the_one_before_it(RatePattern pattern) {
        long last = 0;
        for (long record = 0; record < 20_000; record++) {
            long at = pattern.at(record);
            assertThat(at).as("record %s", record).isGreaterThanOrEqualTo(last);
            last = at;
        }
    }

    @ParameterizedTest
    @MethodSource("all")
    void how_many_are_due_before_a_moment_is_what_the_moments_say(RatePattern pattern) {
        for (long nanos : new long[] {0, 1, 999_999_999, 1_000_000_000, 2_500_000_000L, 9_999_999_999L}) {
            long counted = LongStream.iterate(0, record -> pattern.at(record) < nanos, record -> record + 1)
                    .count();
            assertThat(pattern.before(nanos)).as("before %s ns", nanos).isEqualTo(counted);
        }
    }

    @Test
    void a_ramp_brings_the_mean_of_its_ends_and_goes_on_at_the_second() {
        RatePattern ramp = new RatePattern.Ramp(100, 300, TEN_SECONDS);
        assertThat(between(ramp, 0, 1)).isCloseTo(110, within(1.0));
        assertThat(between(ramp, 0, 10)).isCloseTo(2000, within(1.0));
        assertThat(between(ramp, 9, 10)).isCloseTo(290, within(1.0));
        assertThat(between(ramp, 50, 60)).isCloseTo(3000, within(1.0));
    }

    @Test
    void a_ramp_to_nothing_ends_the_load() {
        RatePattern ramp = new RatePattern.Ramp(10, 0, TEN_SECONDS);
        assertThat(ramp.at(49)).isLessThan(TEN_SECONDS.toNanos());
        assertThat(ramp.at(50)).isEqualTo(RatePattern.NEVER);
    }

    @Test
    void steps_follow_each_other_and_begin_again() {
        RatePattern steps = new RatePattern.Steps(List.of(10.0, 0.0, 50.0), SECOND);
        for (int round = 0; round < 3; round++) {
            assertThat(between(steps, 3 * round, 3 * round + 1)).isEqualTo(10);
            assertThat(between(steps, 3 * round + 1, 3 * round + 2)).isZero();
            assertThat(between(steps, 3 * round + 2, 3 * round + 3)).isEqualTo(50);
        }
    }

    @Test
    void a_sine_brings_its_mean_in_each_period_and_its_swing_in_each_half() {
        RatePattern sine = new RatePattern.Sine(100, 50, TEN_SECONDS);
        // Half a period brings A * P / pi more, or less, than the mean does.
        double swing = 50 * 10 / Math.PI;
        assertThat(between(sine, 0, 5)).isCloseTo(500 + swing, within(1.0));
        assertThat(between(sine, 5, 10)).isCloseTo(500 - swing, within(1.0));
        assertThat(between(sine, 3600, 3610)).isCloseTo(1000, within(1.0));
    }

    @Test
    void what_makes_no_load_is_refused() {
        assertThatThrownBy(() -> new RatePattern.Ramp(0, 0, SECOND)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new RatePattern.Steps(List.of(0.0), SECOND))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new RatePattern.Sine(10, 11, SECOND)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Schedule.paced(0, null, Limit.records(1)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static double between(RatePattern pattern, int fromSecond, int toSecond) {
        return pattern.before(toSecond * 1_000_000_000L) - pattern.before(fromSecond * 1_000_000_000L);
    }
}
