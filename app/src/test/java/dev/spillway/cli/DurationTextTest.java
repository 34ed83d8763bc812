package dev.spillway.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

class DurationTextTest {
    @ParameterizedTest
    @CsvSource({
        "500ms, PT0.5S",
        "30s, PT30S",
        "5m, PT5M",
        "1h, PT1H",
        "2d, PT48H",
        "5M, PT5M",
        "PT1M30S, PT1M30S",
        "pt2h, PT2H"
    })
    void durations_are_read_as_people_write_them(String text, Duration duration) {
        assertThat(DurationText.parse(text)).isEqualTo(duration);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "5", "s", "5 s", "1h30m", "-5s", "5y", "1.5s"})
    void what_is_no_duration_is_told_with_an_example(String text) {
        assertThatThrownBy(() -> new DurationText().convert(text))
                .isInstanceOf(TypeConversionException.class)
                .hasMessageContaining("'" + text + "'")
                .hasMessageContaining("30s");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0s", "PT0S", "PT-5S", "999999999999d", "PT9999999999999H"})
    void what_is_too_short_or_too_long_is_refused(String text) {
        assertThatThrownBy(() -> new DurationText().convert(text)).isInstanceOf(TypeConversionException.class);
    }

    @ParameterizedTest
    @CsvSource({
        "PT0S, 0 ms",
        "PT0.0000005S, 0 ms",
        "PT0.0125S, 12.5 ms",
        "PT0.25S, 250 ms",
        "PT1S, 1 s",
        "PT1.32S, 1.32 s",
        "PT59.9S, 59.9 s",
        "PT1M, 1 min 0 s",
        "PT9M52S, 9 min 52 s",
        "PT25H1M, 25 h 1 min"
    })
    void durations_are_written_for_people(Duration duration, String text) {
        assertThat(DurationText.of(duration)).isEqualTo(text);
    }
}
