package dev.spillway.processor;

/**
 * How many records a worker takes from the queue at once: as many as it can do in about a millisecond, so that fast processing
 * shares the cost of the queue's lock, while with slow processing no record waits in a worker's hands where the policy cannot reach
 * it. One worker's own; not thread-safe.
 */
final class BatchSize {
    static final int MOST = 256;
    private static final double TARGET_NANOS = 1_000_000;
    /** Weight of the newest observation in the moving average; about the last ten batches count. */
    private static final double WEIGHT = 0.2;

    private double meanNanos = TARGET_NANOS;

    int next() {
        return (int) Math.max(1, Math.min(MOST, TARGET_NANOS / Math.max(1, meanNanos)));
    }

    void observe(int records, long nanos) {
        meanNanos += WEIGHT * ((double) nanos / records - meanNanos);
    }
}
