package dev.spillway.bench;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What one turn of one arm gave.
 *
 * @param figures in the order of the table's columns
 */
record Sample(Map<Metric, Double> figures) {
    static final Sample NOTHING = new Sample(Map.of());

    Sample {
        figures = Collections.unmodifiableMap(new LinkedHashMap<>(figures));
    }

    /** One figure more; none where the value is not a number, because there was nothing to make it of. */
    Sample with(Metric metric, double value) {
        if (Double.isNaN(value)) {
            return this;
        }
        Map<Metric, Double> more = new LinkedHashMap<>(figures);
        more.put(metric, value);
        return new Sample(more);
    }

    Sample with(Usage usage) {
        return with(Metric.CPU, usage.cpuSeconds()).with(Metric.PEAK_MEMORY, usage.peakMebibytes());
    }
}
