package dev.spillway.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The turns of one arm in one case. For one thread. */
final class Row {
    private final String situation;
    private final String arm;
    private final Map<Metric, List<Double>> figures = new LinkedHashMap<>();
    private final List<String> failures = new ArrayList<>();

    Row(String situation, String arm) {
        this.situation = situation;
        this.arm = arm;
    }

    /** What the arms of this row and of some others had before them. */
    String situation() {
        return situation;
    }

    String arm() {
        return arm;
    }

    void add(Sample sample) {
        sample.figures()
                .forEach((metric, value) -> figures.computeIfAbsent(metric, unused -> new ArrayList<>())
                        .add(value));
    }

    void addFailure(String message) {
        failures.add(message);
    }

    Set<Metric> metrics() {
        return figures.keySet();
    }

    /** Empty where no turn gave this figure. */
    Optional<Series> series(Metric metric) {
        List<Double> values = figures.get(metric);
        return values == null ? Optional.empty() : Optional.of(new Series(values));
    }

    List<String> failures() {
        return failures;
    }
}
