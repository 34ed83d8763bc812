package dev.spillway.testing;

import java.util.random.RandomGenerator;

/** Jitter that takes all that it may, so that a test can tell when a retry comes. */
final class LongestPauses implements RandomGenerator {
    @Override
    public long nextLong() {
        return Long.MAX_VALUE;
    }

    @Override
    public long nextLong(long bound) {
        return bound - 1;
    }
}
