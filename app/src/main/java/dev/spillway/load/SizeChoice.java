package dev.spillway.load;

import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** How long a value is, chosen with the record's own random numbers. Immutable. */
public abstract sealed class SizeChoice {
    /** The longest value that there can be, in bytes. */
    public static final int MOST_BYTES = 100_000_000;

    /** Values draw their beginning with the draw before. */
    private static final int DRAW = 2;

    private SizeChoice() {}

    /** Always so many bytes, 0 to {@link #MOST_BYTES}. */
    public static SizeChoice fixed(int bytes) {
        return between(bytes, bytes);
    }

    /** Every length between two as often as every other, both included, 0 to {@link #MOST_BYTES}. */
    public static SizeChoice between(int least, int most) {
        require(least >= 0 && least <= most && most <= MOST_BYTES);
        return new Between(least, most);
    }

    /** Lengths whose distribution is exponential: most are short, a few very long. The mean is 1 to {@link #MOST_BYTES}. */
    public static SizeChoice exponential(int mean) {
        require(mean >= 1 && mean <= MOST_BYTES);
        return new Exponential(mean);
    }

    /**
     * Some lengths, each as often as its weight says.
     *
     * @param weights by length, 0 to {@link #MOST_BYTES}; none below 0 and one above it
     */
    public static SizeChoice weighted(Map<Integer, Integer> weights) {
        return new Weighted(new TreeMap<>(weights));
    }

    /** A length in bytes. */
    abstract int choose(SeededDraws draws, long record);

    private static void require(boolean condition) {
        if (!condition) {
            throw new IllegalArgumentException("a value has 0 to " + MOST_BYTES + " bytes");
        }
    }

    private static final class Between extends SizeChoice {
        private final int least;
        private final int lengths;

        private Between(int least, int most) {
            this.least = least;
            this.lengths = most - least + 1;
        }

        @Override
        int choose(SeededDraws draws, long record) {
            return lengths == 1 ? least : least + draws.below(lengths, record, DRAW);
        }
    }

    private static final class Exponential extends SizeChoice {
        private final int mean;

        private Exponential(int mean) {
            this.mean = mean;
        }

        @Override
        int choose(SeededDraws draws, long record) {
            return (int) Math.min(MOST_BYTES, -mean * StrictMath.log(1 - draws.unit(record, DRAW)));
        }
    }

    private static final class Weighted extends SizeChoice {
        private final SortedMap<Integer, Integer> weights;
        private final int all;

        private Weighted(SortedMap<Integer, Integer> weights) {
            this.weights = weights;
            this.all = weights.values().stream().reduce(0, Math::addExact);
            require(weights.keySet().stream().allMatch(bytes -> bytes >= 0 && bytes <= MOST_BYTES));
            if (all < 1 || weights.values().stream().anyMatch(weight -> weight < 0)) {
                throw new IllegalArgumentException("weights must not be negative, and one of them must not be 0");
            }
        }

        @Override
        int choose(SeededDraws draws, long record) {
            int point = draws.below(all, record, DRAW);
            for (Map.Entry<Integer, Integer> entry : weights.entrySet()) {
                point -= entry.getValue();
                if (point < 0) {
                    return entry.getKey();
                }
            }
            return weights.lastKey();
        }
    }
}
