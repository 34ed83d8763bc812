package dev.spillway.load;

import org.jspecify.annotations.Nullable;

/** The times at which records fall due, in order, from the start of the load. Used by one thread. */
public abstract sealed class Schedule {
    /** What {@link #next(long)} answers when no record is left. */
    static final long END = -1;

    /** What {@link #total()} answers when nobody knows. */
    public static final long UNKNOWN = -1;

    final Limit limit;
    long records;

    private Schedule(Limit limit) {
        this.limit = limit;
    }

    /** Every record is due as soon as the one before it has been handed over. */
    public static Schedule asFastAsPossible(Limit limit) {
        return new Unpaced(limit);
    }

    /**
     * Records at even intervals, and bursts between them. The times depend on the arguments alone.
     *
     * @param perSecond how many records a second beside the bursts, at least 0
     * @param burst or null for none
     */
    public static Schedule paced(double perSecond, @Nullable Burst burst, Limit limit) {
        return new Paced(perSecond, burst, limit);
    }

    /**
     * Moves on to the next record.
     *
     * @param elapsedNanos the time since the start
     * @return when the record is due, in nanoseconds since the start, or {@link #END}
     */
    final long next(long elapsedNanos) {
        if (records >= limit.records()) {
            return END;
        }
        long due = due(elapsedNanos);
        if (due >= limit.nanos()) {
            return END;
        }
        records++;
        return due;
    }

    /** Whether there are times that a record can miss. */
    public abstract boolean isPaced();

    /** How many records there will be, or {@link #UNKNOWN}. */
    public abstract long total();

    abstract long due(long elapsedNanos);

    private static final class Unpaced extends Schedule {
        private Unpaced(Limit limit) {
            super(limit);
        }

        @Override
        public boolean isPaced() {
            return false;
        }

        @Override
        public long total() {
            return limit.isTimed() ? UNKNOWN : limit.records();
        }

        @Override
        long due(long elapsedNanos) {
            return elapsedNanos;
        }
    }

    private static final class Paced extends Schedule {
        private static final double NANOS_PER_SECOND = 1e9;

        private final double perSecond;
        private final long burstSize;
        private final long burstNanos;
        private long even;
        private long inBursts;

        private Paced(double perSecond, @Nullable Burst burst, Limit limit) {
            super(limit);
            if (perSecond < 0 || (perSecond == 0 && burst == null)) {
                throw new IllegalArgumentException("a schedule without records: " + perSecond + " per second");
            }
            this.perSecond = perSecond;
            this.burstSize = burst == null ? 0 : burst.records();
            this.burstNanos = burst == null ? Long.MAX_VALUE : burst.every().toNanos();
        }

        @Override
        public boolean isPaced() {
            return true;
        }

        @Override
        public long total() {
            return limit.isTimed() ? Math.min(limit.records(), before(limit.nanos())) : limit.records();
        }

        @Override
        long due(long elapsedNanos) {
            long nextEven = evenAt(even);
            long nextBurst = burstAt(inBursts);
            if (nextEven <= nextBurst) {
                even++;
                return nextEven;
            }
            inBursts++;
            return nextBurst;
        }

        private long evenAt(long index) {
            return perSecond == 0 ? Long.MAX_VALUE : (long) (index * NANOS_PER_SECOND / perSecond);
        }

        private long burstAt(long index) {
            if (burstSize == 0) {
                return Long.MAX_VALUE;
            }
            long number = index / burstSize + 1;
            return number > Long.MAX_VALUE / burstNanos ? Long.MAX_VALUE : number * burstNanos;
        }

        /** How many records are due before a time. */
        private long before(long nanos) {
            long evenly = perSecond == 0 ? 0 : (long) Math.ceil(nanos / NANOS_PER_SECOND * perSecond);
            return evenly + (burstSize == 0 ? 0 : (nanos - 1) / burstNanos * burstSize);
        }
    }
}
