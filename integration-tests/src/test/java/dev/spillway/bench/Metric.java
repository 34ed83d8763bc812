package dev.spillway.bench;

/**
 * A figure that a benchmark gives for each of its arms.
 *
 * @param name with its unit
 * @param decimals how many of them mean anything
 */
record Metric(String name, int decimals) {
    static final Metric RATE = new Metric("records/s", 0);
    static final Metric CPU_PER_RECORD = new Metric("CPU µs/record", 2);
    static final Metric CPU = new Metric("CPU s", 1);
    static final Metric PEAK_MEMORY = new Metric("peak RSS MiB", 0);
}
