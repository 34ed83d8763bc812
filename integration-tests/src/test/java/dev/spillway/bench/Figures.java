package dev.spillway.bench;

import java.util.Locale;

/** How figures are written. */
final class Figures {
    private Figures() {}

    static String text(Metric metric, double value) {
        return String.format(Locale.ROOT, "%,." + metric.decimals() + "f", value);
    }

    static String ratio(double value) {
        return String.format(Locale.ROOT, "%.2f", value);
    }
}
