package dev.spillway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spillway.load.Latencies;
import dev.spillway.load.LoadReport;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class LoadSummaryTest {
    private static final LoadReport REPORT = new LoadReport(
            1000,
            20,
            Duration.ofMillis(1320),
            Duration.ofSeconds(10),
            new LoadReport.Offer(1000, 8_000_000_000L),
            new LoadReport.Answers(
                    997,
                    3,
                    new IllegalStateException(),
                    9_970_000_000L,
                    new Latencies(millis(2), millis(3), millis(40), millis(500), millis(1500))));

    private static Duration millis(long millis) {
        return Duration.ofMillis(millis);
    }

    @Test
    void it_tells_records_rates_failed_late_and_latencies() {
        assertThat(new LoadSummary(REPORT, "orders", true, false).text().lines())
                .containsExactly(
                        "1,000 records to orders in 10 s",
                        "  offered               125   a second",
                        "  achieved              100   a second",
                        "  delivered             997",
                        "  failed                  3",
                        "  late                   20   by more than 10 ms; the latest by 1.32 s",
                        "  latency    50 % 2 ms, 90 % 3 ms, 99 % 40 ms, 99.9 % 500 ms, longest 1.5 s   from when it was due"
                                + " to its acknowledgement");
    }

    @Test
    void without_a_rate_nothing_can_be_late() {
        assertThat(new LoadSummary(REPORT, "orders", false, false).text())
                .doesNotContain("late ")
                .doesNotContain("offered")
                .contains("from its sending");
    }

    @Test
    void a_stop_is_told() {
        assertThat(new LoadSummary(REPORT, "orders", true, true).text()).startsWith("stopped: ");
    }
}
