package dev.spillway.flow;

import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.DoubleAdder;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;

/**
 * How often durations of which length came up, from 10 microseconds to some 28 hours, in steps of 1, 2, 5. Any thread adds to it, without
 * a lock and without an object made.
 */
public final class Distribution {
    private static final long[] BOUNDS = bounds();
    private static final int[] FIRST = first();

    private final LongAdder[] counts =
            Stream.generate(LongAdder::new).limit(BOUNDS.length + 1L).toArray(LongAdder[]::new);
    /** No whole number: a few records whose times are wrong by half a century would overflow it. */
    private final DoubleAdder nanos = new DoubleAdder();

    /** Adds one duration, in nanoseconds; a negative one counts as none. */
    public void add(long duration) {
        add(duration, 1);
    }

    /** Adds several durations of the same length, in nanoseconds. */
    public void add(long duration, long times) {
        long length = Math.max(0, duration);
        counts[indexOf(length)].add(times);
        nanos.add((double) length * times);
    }

    /** What was added so far. */
    public Counts counts() {
        return new Counts(Arrays.stream(counts).mapToLong(LongAdder::sum).toArray(), nanos.sum());
    }

    /** From the first bucket that its highest bit allows it is three steps at most. */
    private static int indexOf(long duration) {
        int index = FIRST[Long.SIZE - Long.numberOfLeadingZeros(duration)];
        while (index < BOUNDS.length && BOUNDS[index] < duration) {
            index++;
        }
        return index;
    }

    /** By the number of bits of a duration: the first bucket that one of so many bits may be in. */
    private static int[] first() {
        int[] first = new int[Long.SIZE];
        for (int bits = 1; bits < first.length; bits++) {
            int found = Arrays.binarySearch(BOUNDS, 1L << (bits - 1));
            first[bits] = found >= 0 ? found : -found - 1;
        }
        return first;
    }

    private static long[] bounds() {
        long[] bounds = new long[31];
        long decade = TimeUnit.MICROSECONDS.toNanos(10);
        for (int i = 0; i < bounds.length; i++) {
            bounds[i] = decade * (i % 3 == 0 ? 1 : i % 3 == 1 ? 2 : 5);
            decade *= i % 3 == 2 ? 10 : 1;
        }
        return bounds;
    }

    /** A distribution at one moment. Immutable. */
    public static final class Counts {
        /** Nothing at all. */
        public static final Counts NONE = new Counts(new long[BOUNDS.length + 1], 0);

        private final long[] counts;
        private final double nanos;

        private Counts(long[] counts, double nanos) {
            this.counts = counts;
            this.nanos = nanos;
        }

        /** How many buckets there are; the last one has no upper bound. */
        public static int buckets() {
            return BOUNDS.length + 1;
        }

        /** The longest duration that a bucket counts, in nanoseconds; {@link Long#MAX_VALUE} for the last one. */
        public static long upperBound(int bucket) {
            return bucket < BOUNDS.length ? BOUNDS[bucket] : Long.MAX_VALUE;
        }

        /** How many durations fell into a bucket. */
        public long in(int bucket) {
            return counts[bucket];
        }

        /** How many durations there are. */
        public long total() {
            return Arrays.stream(counts).sum();
        }

        /** The sum of all durations, in seconds. */
        public double seconds() {
            return nanos / 1e9;
        }

        /** What came since an earlier moment. */
        public Counts since(Counts earlier) {
            long[] difference = new long[counts.length];
            Arrays.setAll(difference, i -> counts[i] - earlier.counts[i]);
            return new Counts(difference, nanos - earlier.nanos);
        }

        /** These and those together. */
        public Counts plus(Counts others) {
            long[] sum = new long[counts.length];
            Arrays.setAll(sum, i -> counts[i] + others.counts[i]);
            return new Counts(sum, nanos + others.nanos);
        }

        /**
         * The duration that this share of all stays within, in nanoseconds, interpolated within its bucket; 0 where there are none.
         *
         * @param share from 0 to 1
         */
        public long quantile(double share) {
            double rank = share * total();
            long below = 0;
            for (int i = 0; i < counts.length; i++) {
                if (counts[i] > 0 && below + counts[i] >= rank) {
                    long from = i == 0 ? 0 : BOUNDS[i - 1];
                    long to = i < BOUNDS.length ? BOUNDS[i] : from;
                    return from + Math.round((to - from) * Math.max(0, rank - below) / counts[i]);
                }
                below += counts[i];
            }
            return 0;
        }
    }
}
