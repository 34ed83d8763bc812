package dev.spillway.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ResultsTest {
    private final Results results = new Results("throughput", "What it is.", Metric.RATE, "plain");

    @Test
    void the_table_has_medians_extremes_and_ratios_within_a_case() {
        add("small", "plain", 100, 200, 300);
        add("small", "fast", 400, 100, 500);
        add("large", "plain", 10);
        add("large", "fast", 5);
        assertThat(MarkdownTable.of(results)).isEqualTo("""
                | case | arm | records/s | min | max | ratio to plain |
                |---|---|---|---|---|---|
                | small | plain | 200 | 100 | 300 | 1.00 |
                | small | fast | 400 | 100 | 500 | 2.00 |
                | large | plain | 10 | 10 | 10 | 1.00 |
                | large | fast | 5 | 5 | 5 | 0.50 |
                """);
    }

    @Test
    void further_figures_have_columns_and_what_a_row_lacks_is_a_dash() {
        results.row("small", "plain")
                .add(Sample.NOTHING.with(Metric.RATE, 1).with(new Usage(Duration.ofMillis(1500), 3 << 20)));
        add("other", "fast", 2);
        assertThat(MarkdownTable.of(results))
                .contains("| small | plain | 1 | 1 | 1 | 1.00 | 1.5 | 3 |")
                .contains("| other | fast | 2 | 2 | 2 | – | – | – |");
    }

    @Test
    void an_arm_that_failed_is_in_the_table_and_among_the_failures() {
        results.row("small", "plain").addFailure("it moved nothing");
        assertThat(MarkdownTable.of(results)).contains("| small | plain | failed | – | – | – |");
        assertThat(results.failures()).containsExactly("throughput, small, plain: it moved nothing");
    }

    @Test
    void the_json_has_every_value() throws Exception {
        add("small", "plain", 100, 200, 300);
        JsonNode root = new ObjectMapper().readTree(ResultsJson.of(Map.of("cores", "2"), List.of(results)));
        JsonNode row = root.at("/benchmarks/0/rows/0");
        assertThat(root.at("/machine/cores").asText()).isEqualTo("2");
        assertThat(row.at("/ratio").asDouble()).isEqualTo(1);
        assertThat(row.at("/figures").get("records/s").toString())
                .isEqualTo("{\"median\":200.0,\"min\":100.0,\"max\":300.0,\"values\":[100.0,200.0,300.0]}");
    }

    @Test
    void a_figure_that_is_no_number_is_left_out() {
        assertThat(Sample.NOTHING.with(Metric.RATE, Double.NaN)).isEqualTo(Sample.NOTHING);
    }

    @Test
    void the_peak_of_memory_is_read_from_the_status_of_a_process() {
        assertThat(PeakMemory.bytes(List.of("VmPeak:\t  999 kB", "VmHWM:\t  2048 kB", "VmRSS:\t  1 kB")))
                .isEqualTo(2 << 20);
    }

    private void add(String situation, String arm, double... rates) {
        for (double rate : rates) {
            results.row(situation, arm).add(Sample.NOTHING.with(Metric.RATE, rate));
        }
    }
}
