package dev.spillway.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

/** The alert rules and the dashboard ask for what the sidecar really exports, and the chapter on operations says what each alert means. */
class ObservabilityTest {
    private static final Path FILES = Path.of("src", "main", "observability");
    private static final Pattern METRIC = Pattern.compile("\\b(spillway_\\w+)(\\{[^}]*})?");

    /** What a scrape of the registry has, as series are called there. */
    private static Set<String> exported() {
        Picture picture = Pictures.quiet().lag(1).take();
        try (Metrics metrics = new Metrics(List.of(), () -> picture)) {
            return metrics.scrape()
                    .lines()
                    .filter(line -> line.startsWith("spillway_"))
                    .map(line -> line.replaceFirst("[{ ].*", ""))
                    .collect(Collectors.toSet());
        }
    }

    private static Set<String> asked(String query) {
        Set<String> names = new HashSet<>();
        Matcher metric = METRIC.matcher(query);
        while (metric.find()) {
            names.add(metric.group(1));
        }
        return names;
    }

    /** The labels that a query groups by or shows, other than the one that Prometheus adds. */
    private static Set<String> labels(String query) {
        Set<String> labels = new TreeSet<>();
        Matcher by = Pattern.compile("by \\(([^)]*)\\)").matcher(query);
        while (by.find()) {
            labels.addAll(List.of(by.group(1).split(", *")));
        }
        labels.removeAll(Set.of("instance", "le"));
        return labels;
    }

    private static Set<String> labelsOf(Set<String> series) {
        return Metric.all().stream()
                .filter(metric -> series.stream().anyMatch(name -> name.startsWith(metric.name())))
                .flatMap(metric -> metric.labels().stream())
                .collect(Collectors.toSet());
    }

    private static void assertAsksForWhatIsThere(String what, String query) {
        Set<String> asked = asked(query);
        assertThat(exported()).as(what).containsAll(asked);
        assertThat(labelsOf(asked)).as("labels of " + what).containsAll(labels(query));
        assertThat(query.chars().filter(c -> c == '(').count())
                .as("parentheses of " + what)
                .isEqualTo(query.chars().filter(c -> c == ')').count());
    }

    private static List<String> alerts() throws IOException {
        return List.of(Files.readString(FILES.resolve("alerts.yml")).split("\n(?= *- alert: )")).stream()
                .filter(text -> text.strip().startsWith("- alert:"))
                .toList();
    }

    private static String nameOf(String alert) {
        return alert.strip().replaceFirst("- alert: (\\w+)[\\s\\S]*", "$1");
    }

    @Test
    void every_alert_rule_asks_for_metrics_that_are_exported() throws IOException {
        assertThat(alerts()).hasSizeGreaterThan(8);
        for (String alert : alerts()) {
            String query = alert.replaceFirst("[\\s\\S]*?expr:", "").replaceFirst("\\n *(for|labels):[\\s\\S]*", "");
            assertAsksForWhatIsThere(nameOf(alert), query);
            assertThat(query).as(nameOf(alert)).containsAnyOf("spillway_", "up{job=\"spillway\"}");
            assertThat(alert).as(nameOf(alert)).contains("severity: ", "summary: ");
        }
    }

    @Test
    void the_chapter_on_operations_says_what_each_alert_means_and_of_no_other() throws IOException {
        Matcher rows = Pattern.compile("(?m)^\\| `(Spillway\\w+)` \\|")
                .matcher(Files.readString(Path.of("docs", "operations.md")));

        assertThat(rows.results().map(row -> row.group(1)))
                .containsExactlyInAnyOrderElementsOf(
                        alerts().stream().map(ObservabilityTest::nameOf).toList());
    }

    @Test
    void the_chapter_on_operations_names_the_job_that_a_rule_asks_for() throws IOException {
        assertThat(alerts().stream().anyMatch(alert -> alert.contains("job=\"spillway\"")))
                .isTrue();
        assertThat(Files.readString(Path.of("docs", "operations.md"))).contains("`job_name: spillway`");
    }

    @Test
    void every_panel_of_the_dashboard_asks_for_metrics_that_are_exported() throws IOException {
        JsonNode dashboard = new ObjectMapper()
                .readTree(FILES.resolve("grafana/dashboards/spillway.json").toFile());
        List<String> seen = new ArrayList<>();
        for (JsonNode panel : dashboard.get("panels")) {
            String title = panel.get("title").asText();
            assertThat(panel.get("targets")).as(title).isNotEmpty();
            for (JsonNode target : panel.get("targets")) {
                String query = target.get("expr").asText();
                assertAsksForWhatIsThere(title, query);
                assertThat(asked(query)).as(title).isNotEmpty();
                seen.addAll(asked(query));
            }
        }
        assertThat(seen)
                .contains(
                        "spillway_records_dropped_total",
                        "spillway_queue_records",
                        "spillway_ledger_imbalance_records");
    }

    @Test
    void the_panels_of_the_dashboard_do_not_lie_upon_each_other() throws IOException {
        JsonNode dashboard = new ObjectMapper()
                .readTree(FILES.resolve("grafana/dashboards/spillway.json").toFile());
        List<String> cells = StreamSupport.stream(dashboard.get("panels").spliterator(), false)
                .map(panel -> panel.get("gridPos"))
                .flatMap(at -> {
                    List<String> own = new ArrayList<>();
                    for (int x = at.get("x").asInt();
                            x < at.get("x").asInt() + at.get("w").asInt();
                            x++) {
                        for (int y = at.get("y").asInt();
                                y < at.get("y").asInt() + at.get("h").asInt();
                                y++) {
                            own.add(x + "," + y);
                        }
                    }
                    return own.stream();
                })
                .toList();

        assertThat(cells)
                .doesNotHaveDuplicates()
                .noneMatch(cell -> Integer.parseInt(cell.substring(0, cell.indexOf(','))) > 23);
    }
}
