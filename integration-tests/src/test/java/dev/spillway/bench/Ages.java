package dev.spillway.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/**
 * How old results were when they were seen, by the second in which they were seen. An age counts from when the record was due. For one
 * thread.
 */
final class Ages {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final int DIGITS = 3;

    private final long startNanos;
    private final List<Histogram> seconds = new ArrayList<>();

    /**
     * Begins with none.
     *
     * @param startNanos when the first second begins
     * @param seconds how many there are; what is seen later does not count
     */
    Ages(long startNanos, int seconds) {
        this.startNanos = startNanos;
        for (int i = 0; i < seconds; i++) {
            this.seconds.add(new Histogram(DIGITS));
        }
    }

    /** Notes a result; one that was due, or is seen, outside of these seconds does not count. */
    void see(long seenNanos, long dueNanos) {
        long second = Math.floorDiv(seenNanos - startNanos, SECOND);
        if (dueNanos >= startNanos && second < seconds.size()) {
            seconds.get((int) second).recordValue(Math.max(0, TimeUnit.NANOSECONDS.toMicros(seenNanos - dueNanos)));
        }
    }

    long count() {
        return all().getTotalCount();
    }

    /** In milliseconds; NaN where nothing was seen. */
    double percentile(double percentile) {
        return millis(all(), percentile);
    }

    /** In milliseconds; NaN where nothing was seen. */
    double max() {
        return percentile(100);
    }

    /**
     * A percentile of what was seen in a sixth of the time, in milliseconds; NaN where nothing was seen then.
     *
     * @param sixth from 0 to 5
     */
    double percentileOfSixth(int sixth, double percentile) {
        int from = seconds.size() * sixth / 6;
        int to = seconds.size() * (sixth + 1) / 6;
        return millis(sum(seconds.subList(from, Math.max(to, from + 1))), percentile);
    }

    /** The same percentile for each second; NaN for one in which nothing was seen. */
    List<Double> percentilesBySecond(double percentile) {
        return seconds.stream().map(second -> millis(second, percentile)).toList();
    }

    private Histogram all() {
        return sum(seconds);
    }

    private static Histogram sum(List<Histogram> parts) {
        Histogram sum = new Histogram(DIGITS);
        parts.forEach(sum::add);
        return sum;
    }

    private static double millis(Histogram histogram, double percentile) {
        return histogram.getTotalCount() == 0 ? Double.NaN : histogram.getValueAtPercentile(percentile) / 1e3;
    }
}
