package dev.spillway.bench;

/**
 * When each arrival is due. That depends on nothing that happens: a system that is slow finds its arrivals late, and their ages count
 * from when they were due, not from when there was time to send them.
 *
 * @param startNanos when the first one is due, by {@link System#nanoTime()}
 * @param perSecond how many come in a second, evenly
 * @param count how many there are
 */
record ArrivalSchedule(long startNanos, double perSecond, int count) {
    private static final double NANOS = 1e9;

    static ArrivalSchedule lasting(long startNanos, double perSecond, double seconds) {
        return new ArrivalSchedule(startNanos, perSecond, (int) Math.round(perSecond * seconds));
    }

    /**
     * When an arrival is due.
     *
     * @param index from 0
     */
    long dueNanos(int index) {
        return startNanos + Math.round(index / perSecond * NANOS);
    }

    /** When the first one would be due that does not come any more. */
    long endNanos() {
        return dueNanos(count);
    }
}
