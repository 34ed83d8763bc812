package dev.spillway.bench;

import java.util.Arrays;
import java.util.Random;

/** Which key a record has: a number from 0, from a distribution over so many. Immutable but for its random numbers. */
final class KeyChoice {
    private final Random random = new Random(42);
    private final double[] sums;

    /**
     * Prepares the choice.
     *
     * @param exponent of a Zipf distribution: key i has a weight of {@code (i + 1) ^ -exponent}; 0 for keys that are equally frequent
     */
    KeyChoice(int keys, double exponent) {
        sums = new double[keys];
        double sum = 0;
        for (int i = 0; i < keys; i++) {
            sum += Math.pow(i + 1, -exponent);
            sums[i] = sum;
        }
    }

    int next() {
        int found = Arrays.binarySearch(sums, random.nextDouble() * sums[sums.length - 1]);
        return found < 0 ? Math.min(sums.length - 1, -found - 1) : found;
    }
}
