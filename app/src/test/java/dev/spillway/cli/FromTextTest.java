package dev.spillway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spillway.inspect.ReadStart;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class FromTextTest {
    private static final long NOON = Instant.parse("2026-01-31T12:00:00Z").toEpochMilli();

    @Test
    void it_is_a_word_a_time_ago_or_an_instant() {
        assertThat(start("beginning")).isEqualTo(new ReadStart.Beginning());
        assertThat(start("LATEST")).isEqualTo(new ReadStart.Latest());
        assertThat(start("10m")).isEqualTo(new ReadStart.Since(Instant.parse("2026-01-31T11:50:00Z")));
        assertThat(start("2026-01-30T01:02:03Z")).isEqualTo(new ReadStart.Since(Instant.parse("2026-01-30T01:02:03Z")));
    }

    private static ReadStart start(String text) {
        return new FromText.Converter().convert(text).at(NOON);
    }
}
