package dev.spillway.bench;

import java.util.List;

/**
 * What the rounds gave for one figure.
 *
 * @param values in the order of the rounds, at least one
 */
record Series(List<Double> values) {
    Series {
        if (values.isEmpty()) {
            throw new IllegalArgumentException("no values");
        }
        values = List.copyOf(values);
    }

    /** The middle one; the mean of both where there are two of them. */
    double median() {
        double[] sorted = values.stream().mapToDouble(value -> value).sorted().toArray();
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    double min() {
        return values.stream().mapToDouble(value -> value).min().orElseThrow();
    }

    double max() {
        return values.stream().mapToDouble(value -> value).max().orElseThrow();
    }

    /** Of the medians. */
    double ratioTo(Series baseline) {
        return median() / baseline.median();
    }
}
