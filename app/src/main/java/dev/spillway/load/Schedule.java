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
    private boolean exhausted;

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
        return paced(RatePattern.constant(perSecond), burst, limit);
    }

    /**
     * Records at intervals that follow a pattern, and bursts between them. The times depend on the arguments alone.
     *
     * @param burst or null for none
     */
    public static Schedule paced(RatePattern pattern, @Nullable Burst burst, Limit limit) {
        return new Paced(pattern, burst, limit);
    }

    /**
     * Moves on to the next record.
     *
     * @param elapsedNanos the time since the start
     * @return when the record is due, in nanoseconds since the start, or {@link #END}
     */
    final long next(long elapsedNanos) {
        if (records >= limit.records()) {
            exhausted = true;
            return END;
        }
        long due = due(elapsedNanos);
        if (due >= limit.nanos()) {
            exhausted = true;
            return END;
        }
        records++;
        return due;
    }

    final boolean isExhausted() {
        return exhausted;
    }

    /** Whether there are times that a record can miss. */
    public abstract boolean isPaced();

    /** How many records there will be, or {@link #UNKNOWN}. */
    public abstract long total();

    abstract long due(long elapsedNanos);

    /** How many records have fallen due, of those that there will be. */
    abstract long offered(long elapsedNanos);

    /**
     * The time over which these are spread, in nanoseconds: up to now, or at the end up to where one more would have fallen due, since
     * n records with n intervals are a rate. 0 where no record has a time.
     */
    abstract long span(long elapsedNanos);

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

        @Override
        long offered(long elapsedNanos) {
            return records;
        }

        @Override
        long span(long elapsedNanos) {
            return 0;
        }
    }

    private static final class Paced extends Schedule {
        private final RatePattern pattern;
        private final long burstSize;
        private final long burstNanos;
        private long even;
        private long inBursts;

        private Paced(RatePattern pattern, @Nullable Burst burst, Limit limit) {
            super(limit);
            if (burst == null && pattern.at(0) == RatePattern.NEVER) {
                throw new IllegalArgumentException("a schedule without records: " + pattern);
            }
            this.pattern = pattern;
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
            long nextEven = pattern.at(even);
            long nextBurst = burstAt(inBursts);
            if (nextEven <= nextBurst) {
                even++;
                return nextEven;
            }
            inBursts++;
            return nextBurst;
        }

        @Override
        long offered(long elapsedNanos) {
            return isExhausted() ? records : Math.min(limit.records(), before(elapsedNanos));
        }

        @Override
        long span(long elapsedNanos) {
            if (!isExhausted()) {
                return elapsedNanos;
            }
            long end = limit.isTimed() ? limit.nanos() : Math.min(pattern.at(even), burstAt(inBursts));
            return end == Long.MAX_VALUE ? elapsedNanos : end;
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
            return pattern.before(nanos) + (burstSize == 0 || nanos == 0 ? 0 : (nanos - 1) / burstNanos * burstSize);
        }
    }
}
