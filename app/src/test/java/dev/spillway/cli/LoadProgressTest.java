package dev.spillway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spillway.load.Latencies;
import dev.spillway.load.LoadReport;
import dev.spillway.load.Schedule;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class LoadProgressTest {
    @Test
    void on_a_terminal_one_line_is_rewritten_and_taken_back_at_the_end() {
        FakeSession session = new FakeSession(true);
        LoadProgress progress = LoadProgress.of(session.session(), 1000);
        progress.progress(at(1, 500));
        progress.progress(at(2, 1000));
        progress.end();
        assertThat(session.err()).doesNotContain("\n").contains("\r[############------------]  50% 500 sent, 500/s");
        assertThat(session.err()).endsWith(" \r");
    }

    @Test
    void a_line_on_a_terminal_is_never_wider_than_80_columns() {
        FakeSession session = new FakeSession(true);
        LoadProgress progress = LoadProgress.of(session.session(), Long.MAX_VALUE / 100);
        progress.progress(
                report(Long.MAX_VALUE / 1000, 0, Long.MAX_VALUE / 1000, 5, Duration.ofDays(400), Duration.ofDays(9)));
        assertThat(session.err().length()).isLessThanOrEqualTo(80);
    }

    @Test
    void elsewhere_there_is_a_line_every_few_seconds() {
        FakeSession session = new FakeSession(false);
        LoadProgress progress = LoadProgress.of(session.session(), Schedule.UNKNOWN);
        for (int second = 1; second <= 11; second++) {
            progress.progress(at(second, 100L * second));
        }
        progress.end();
        assertThat(session.err().lines()).containsExactly("500 sent, 100/s", "1,000 sent, 100/s");
    }

    @Test
    void failures_and_lateness_are_shown_while_they_happen() {
        FakeSession session = new FakeSession(true);
        LoadProgress.of(session.session(), Schedule.UNKNOWN)
                .progress(report(10, 7, 3, 2, Duration.ofMillis(1500), Duration.ofSeconds(1)));
        assertThat(session.err()).contains("3 failed, up to 1.5 s late");
    }

    private static LoadReport at(int seconds, long sent) {
        return report(sent, sent, 0, 0, Duration.ZERO, Duration.ofSeconds(seconds));
    }

    private static LoadReport report(
            long sent, long acknowledged, long failed, long late, Duration latest, Duration elapsed) {
        return new LoadReport(
                sent,
                late,
                latest,
                elapsed,
                new LoadReport.Offer(sent, 0),
                new LoadReport.Answers(acknowledged, failed, null, 0, Latencies.NONE));
    }
}
