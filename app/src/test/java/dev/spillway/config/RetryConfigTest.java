package dev.spillway.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RetryConfigTest {
    private static RetryConfig retry(int retries, long backoffMillis, long maxMillis) {
        return new RetryConfig(
                retries, Duration.ofMillis(backoffMillis), Duration.ofMillis(maxMillis), Duration.ofSeconds(1));
    }

    @ParameterizedTest
    @CsvSource({"1, 100", "2, 200", "3, 400", "6, 3200", "7, 5000", "8, 5000", "1000, 5000"})
    void the_pause_doubles_up_to_its_cap(int retry, long millis) {
        assertThat(retry(1000, 100, 5000).backoffBefore(retry)).isEqualTo(Duration.ofMillis(millis));
    }

    @ParameterizedTest
    @CsvSource({
        "1, 4611686018427387904",
        "2, 9223372036854775807",
        "31, 9223372036854775807",
        "1000, 9223372036854775807"
    })
    void the_pause_never_overflows(int retry, long millis) {
        assertThat(retry(1000, 1L << 62, Long.MAX_VALUE).backoffBefore(retry)).isEqualTo(Duration.ofMillis(millis));
    }

    @Test
    void the_cap_holds_for_the_first_pause_too() {
        assertThat(retry(1, 100, 30).backoffBefore(1)).isEqualTo(Duration.ofMillis(30));
    }

    @Test
    void without_a_backoff_there_is_no_pause() {
        assertThat(retry(3, 0, 5000).backoffBefore(3)).isZero();
    }

    @Test
    void one_record_may_take_all_attempts_and_before_each_retry_the_longest_pause() {
        assertThat(retry(3, 100, 300).longestProcessing()).isEqualTo(Duration.ofMillis(4 * 1000 + 3 * 300));
        assertThat(retry(0, 100, 300).longestProcessing()).isEqualTo(Duration.ofSeconds(1));
    }
}
