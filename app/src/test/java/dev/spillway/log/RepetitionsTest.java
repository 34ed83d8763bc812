package dev.spillway.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RepetitionsTest {
    private static final String AWAY = "Connection to node {} could not be established";

    private final Repetitions repetitions = new Repetitions(Duration.ofMinutes(1));

    @Test
    void what_is_said_again_within_the_pause_is_held_back_and_counted() {
        assertThat(told(0, AWAY, "node 1")).isEqualTo("node 1");
        assertThat(told(1, AWAY, "node 2")).isNull();
        assertThat(told(59, AWAY, "node 1")).isNull();
        assertThat(told(60, AWAY, "node 1")).isEqualTo("node 1 (and 2 more like it since the last one)");
        assertThat(told(61, AWAY, "node 1")).isNull();
        assertThat(told(500, AWAY, "node 1")).isEqualTo("node 1 (and 1 more like it since the last one)");
        assertThat(told(600, AWAY, "node 1")).isEqualTo("node 1");
    }

    @Test
    void another_pattern_or_another_logger_says_something_else() {
        assertThat(told(0, AWAY, "node 1")).isNotNull();
        assertThat(told(0, "Bootstrap broker {} disconnected", "node 1")).isNotNull();
        assertThat(repetitions.told("another", AWAY, "node 1", 0)).isNotNull();
    }

    @Test
    void without_a_pause_everything_is_said() {
        Repetitions none = new Repetitions(Duration.ZERO);
        assertThat(none.told("logger", AWAY, "node 1", 5)).isEqualTo("node 1");
        assertThat(none.told("logger", AWAY, "node 1", 5)).isEqualTo("node 1");
    }

    @Test
    void of_more_patterns_than_it_can_keep_it_forgets_the_oldest() {
        told(0, AWAY, "node 1");
        for (int i = 0; i < 5000; i++) {
            told(0, "pattern " + i, "x");
        }
        assertThat(told(1, "pattern 4999", "x")).isNull();
        assertThat(told(1, AWAY, "node 1")).isEqualTo("node 1");
    }

    private @Nullable String told(long seconds, String pattern, String message) {
        return repetitions.told(
                "logger", pattern, message, Duration.ofSeconds(seconds).toNanos());
    }
}
