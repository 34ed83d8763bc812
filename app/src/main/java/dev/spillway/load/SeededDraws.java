package dev.spillway.load;

/**
 * Random numbers as a function of a seed, a record's number and the number of the draw: record 1,000,000 can be made without the
 * ones before it, and is the same on every machine and Java. Immutable.
 */
public final class SeededDraws {
    private static final long GOLDEN_GAMMA = 0x9e3779b97f4a7c15L;

    private final long seed;

    /** @param seed the same seed makes the same numbers */
    public SeededDraws(long seed) {
        this.seed = mix(seed + GOLDEN_GAMMA);
    }

    /** 64 random bits. */
    long bits(long record, int draw) {
        return mix(mix(seed + record * GOLDEN_GAMMA) + draw * GOLDEN_GAMMA);
    }

    /** A number from 0 to 1, without 1. */
    double unit(long record, int draw) {
        return (bits(record, draw) >>> 11) * 0x1.0p-53;
    }

    /** A whole number from 0 to the bound, without it. */
    int below(int bound, long record, int draw) {
        return (int) (unit(record, draw) * bound);
    }

    /** The finaliser of SplitMix64. */
    private static long mix(long z) {
        z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }
}
