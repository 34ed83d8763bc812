package dev.spillway.log;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

@Isolated("stderr and the levels are the process's")
class LogsTest {
    private static final String HOSTILE = "a\u001b[2Jb\r\n2026-01-01T00:00:00Z [main] ERROR Forged - c\u202ed\u0000";

    private final PrintStream before = System.err;
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final Logger log = LoggerFactory.getLogger("test.spillway.part.Thing");

    @BeforeEach
    void listen() {
        System.setErr(new PrintStream(err, true, UTF_8));
    }

    @AfterEach
    void restore() {
        System.setErr(before);
        Logs.use(LogFormat.TEXT);
    }

    @Test
    void a_line_for_people_has_time_thread_level_the_loggers_last_name_and_the_message() {
        log.warn("{} of {}", 3, "four");
        assertThat(lines())
                .singleElement()
                .asString()
                .matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}\\S+ \\[main] WARN Thing - 3 of four");
    }

    @Test
    void a_line_for_machines_is_an_object_whatever_is_in_it() throws Exception {
        Logs.use(LogFormat.JSON);
        log.error("hostile {} \u00e9\ud800", HOSTILE, new IllegalStateException(HOSTILE));
        assertThat(err.toString(UTF_8)).matches("\\p{ASCII}*").doesNotContain("\u001b", "\r", "\u0000");
        JsonNode line = new ObjectMapper().readTree(lines().get(0));
        assertThat(lines()).hasSize(1);
        assertThat(line.get("level").asText()).isEqualTo("ERROR");
        assertThat(line.get("thread").asText()).isEqualTo(Thread.currentThread().getName());
        assertThat(line.get("logger").asText()).isEqualTo("test.spillway.part.Thing");
        assertThat(line.get("message").asText()).startsWith("hostile a\u001b[2Jb");
        assertThat(line.get("exception").asText()).contains("IllegalStateException", "LogsTest");
        assertThat(line.get("time").asText()).matches("\\d{4}-.*Z");
    }

    @Test
    void what_is_quoted_neither_moves_the_cursor_nor_forges_a_line() {
        log.error(HOSTILE, new IllegalStateException(HOSTILE));
        assertThat(err.toString(UTF_8)).doesNotContain("\u001b", "\r", "\u0000", "\u202e");
        assertThat(lines().stream().filter(line -> !line.startsWith(" "))).hasSize(1);
        assertThat(lines()).anyMatch(line -> line.contains("\\u001b[2J"));
    }

    @Test
    void a_warning_of_kafkas_clients_that_comes_again_is_held_back_and_nobody_elses_is() {
        Logs.holdRepetitions(Duration.ofDays(1));
        try {
            for (Logger logger : List.of(LoggerFactory.getLogger("org.apache.kafka.clients.Test"), log)) {
                logger.warn("node {} is away", 1);
                logger.warn("node {} is away", 2);
                logger.error("node {} is gone", 1);
                logger.error("node {} is gone", 2);
            }
        } finally {
            Logs.holdRepetitions(Duration.ZERO);
        }
        assertThat(lines()).hasSize(7);
        assertThat(lines())
                .filteredOn(line -> line.contains("node 2 is away"))
                .singleElement()
                .asString()
                .contains("Thing");
    }

    @Test
    void a_level_counts_for_what_lies_below_the_name_until_a_longer_name_says_otherwise() {
        Logger levels = LoggerFactory.getLogger("levels.spillway.part.Thing");
        levels.info("not yet");
        Logs.level("levels.spillway", Level.INFO);
        levels.info("one");
        levels.debug("no");
        Logs.level("levels.spillway.part", Level.ERROR);
        levels.info("no longer");
        LoggerFactory.getLogger("levels.spillwayelse").info("a neighbour");
        LoggerFactory.getLogger("levels.spillway.other").info("two");
        assertThat(lines())
                .extracting(line -> line.substring(line.indexOf(" - ") + 3))
                .containsExactly("one", "two");
    }

    @Test
    void of_the_libraries_only_warnings_are_logged_and_of_the_program_what_an_operator_cares_about() {
        assertThat(LoggerFactory.getLogger("org.example.library").isWarnEnabled())
                .isTrue();
        assertThat(LoggerFactory.getLogger("org.example.library").isInfoEnabled())
                .isFalse();
        assertThat(LoggerFactory.getLogger("dev.spillway.Something").isInfoEnabled())
                .isTrue();
        assertThat(LoggerFactory.getLogger("dev.spillway.Something").isDebugEnabled())
                .isFalse();
    }

    @Test
    void what_the_jdk_logs_takes_the_same_way() {
        System.getLogger("test.spillway.jdk").log(System.Logger.Level.WARNING, "from the JDK");
        assertThat(lines()).singleElement().asString().endsWith("WARN jdk - from the JDK");
    }

    private List<String> lines() {
        return err.toString(UTF_8).lines().toList();
    }
}
