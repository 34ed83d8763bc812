package dev.spillway.bench;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/** Results as a table for people: medians, for the leading figure also its extremes and its ratio to the baseline. */
final class MarkdownTable {
    private static final String MISSING = "–";

    private MarkdownTable() {}

    static String of(Results results) {
        List<String> lines = new ArrayList<>();
        List<String> head =
                new ArrayList<>(List.of("case", "arm", results.leading().name(), "min", "max"));
        head.add("ratio to " + results.baseline());
        results.furtherMetrics().forEach(metric -> head.add(metric.name()));
        lines.add(line(head));
        lines.add(line(Collections.nCopies(head.size(), "---")).replace(" ", ""));
        results.rows().forEach(row -> lines.add(line(cells(results, row))));
        return String.join("\n", lines) + "\n";
    }

    private static List<String> cells(Results results, Row row) {
        Metric leading = results.leading();
        Optional<Series> series = row.series(leading);
        List<String> cells = new ArrayList<>();
        cells.add(row.situation());
        cells.add(row.arm());
        cells.add(series.map(values -> Figures.text(leading, values.median())).orElse("failed"));
        cells.add(series.map(values -> Figures.text(leading, values.min())).orElse(MISSING));
        cells.add(series.map(values -> Figures.text(leading, values.max())).orElse(MISSING));
        cells.add(results.ratio(row).map(Figures::ratio).orElse(MISSING));
        results.furtherMetrics()
                .forEach(metric -> cells.add(row.series(metric)
                        .map(values -> Figures.text(metric, values.median()))
                        .orElse(MISSING)));
        return cells;
    }

    private static String line(List<String> cells) {
        return "| " + String.join(" | ", cells) + " |";
    }
}
