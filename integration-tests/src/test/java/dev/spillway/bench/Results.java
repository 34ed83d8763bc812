package dev.spillway.bench;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What a benchmark has found so far. For one thread. */
final class Results {
    private final String name;
    private final String title;
    private final Metric leading;
    private final String baseline;
    private final Map<List<String>, Row> rows = new LinkedHashMap<>();
    private final Map<String, String> charts = new LinkedHashMap<>();

    /**
     * Begins with nothing.
     *
     * @param name the benchmark's
     * @param title what it measures, in a sentence
     * @param leading the figure that stands first, with its extremes and its ratio to the baseline
     * @param baseline the arm that others are compared with in the same case; there may be cases without it
     */
    Results(String name, String title, Metric leading, String baseline) {
        this.name = name;
        this.title = title;
        this.leading = leading;
        this.baseline = baseline;
    }

    String name() {
        return name;
    }

    String title() {
        return title;
    }

    Metric leading() {
        return leading;
    }

    String baseline() {
        return baseline;
    }

    Row row(String situation, String arm) {
        return rows.computeIfAbsent(List.of(situation, arm), unused -> new Row(situation, arm));
    }

    List<Row> rows() {
        return List.copyOf(rows.values());
    }

    /** All figures but the leading one, in the order of their first appearance. */
    Set<Metric> furtherMetrics() {
        Set<Metric> all = new LinkedHashSet<>();
        rows.values().forEach(row -> all.addAll(row.metrics()));
        all.remove(leading);
        return Collections.unmodifiableSet(all);
    }

    /** A row's leading figure over the baseline's in the same case; empty where one of both is missing. */
    Optional<Double> ratio(Row row) {
        Row other = rows.get(List.of(row.situation(), baseline));
        if (other == null) {
            return Optional.empty();
        }
        return other.series(leading).flatMap(base -> row.series(leading).map(series -> series.ratioTo(base)));
    }

    List<String> failures() {
        List<String> failures = new ArrayList<>();
        rows.values()
                .forEach(row -> row.failures()
                        .forEach(failure ->
                                failures.add(name + ", " + row.situation() + ", " + row.arm() + ": " + failure)));
        return failures;
    }

    /**
     * Keeps a chart.
     *
     * @param file its name, without the benchmark's before it
     * @param svg the document
     */
    void addChart(String file, String svg) {
        charts.put(name + "-" + file + ".svg", svg);
    }

    /** By file name. */
    Map<String, String> charts() {
        return Collections.unmodifiableMap(charts);
    }
}
