package dev.spillway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spillway.load.LoadReport;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class LoadSummaryTest {
    private static final LoadReport REPORT = new LoadReport(
            1000, 997, 3, new IllegalStateException(), 20, Duration.ofMillis(1320), Duration.ofSeconds(10));

    @Test
    void it_tells_records_rate_failed_and_late() {
        assertThat(new LoadSummary(REPORT, "orders", true, false).text().lines())
                .containsExactly(
                        "1,000 records to orders in 10 s, 100 a second",
                        "  delivered             997",
                        "  failed                  3",
                        "  late                   20   by more than 10 ms; the latest by 1.32 s");
    }

    @Test
    void without_a_rate_nothing_can_be_late() {
        assertThat(new LoadSummary(REPORT, "orders", false, false).text()).doesNotContain("late");
    }

    @Test
    void a_stop_is_told() {
        assertThat(new LoadSummary(REPORT, "orders", true, true).text()).startsWith("stopped: ");
    }
}
