package dev.spillway.processor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spillway.flow.ManualTime;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RetryAfterTest {
    private final ManualTime time = new ManualTime();

    @ParameterizedTest
    @CsvSource({"0, 0", "120, 120", "' 5 ', 5", "000000000000007, 7", "99999999999999999999999, 999999999"})
    void seconds_are_seconds(String text, long seconds) {
        assertThat(RetryAfter.parse(text, time)).isEqualTo(Duration.ofSeconds(seconds));
    }

    @Test
    void a_date_is_as_far_away_as_it_is_from_now() {
        time.setCurrentTimeMillis(Instant.parse("2026-11-21T13:00:00Z").toEpochMilli());

        assertThat(RetryAfter.parse("Sat, 21 Nov 2026 13:01:30 GMT", time)).isEqualTo(Duration.ofSeconds(90));
        assertThat(RetryAfter.parse("Sat, 21 Nov 2026 12:59:00 GMT", time)).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "soon", "-1", "1.5", "Fri, 99 Nov 2026 13:01:30 GMT", "٣"})
    void anything_else_means_nothing(String text) {
        assertThat(RetryAfter.parse(text, time)).isZero();
        assertThat(RetryAfter.parse(null, time)).isZero();
    }
}
