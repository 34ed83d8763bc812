package dev.spillway.simulation;

import java.util.List;
import java.util.SplittableRandom;

/** All that is decided in a run, drawn from its seed. */
final class Chance {
    private final SplittableRandom random;
    private boolean calm;

    Chance(long seed) {
        this.random = new SplittableRandom(seed);
    }

    /** From now on nothing goes wrong. */
    void calm() {
        calm = true;
    }

    boolean isCalm() {
        return calm;
    }

    /** At least 0 and below the bound. */
    int below(int bound) {
        return random.nextInt(bound);
    }

    /** At least {@code least} and at most {@code most}. */
    int between(int least, int most) {
        return least + random.nextInt(most - least + 1);
    }

    boolean oneIn(int n) {
        return random.nextInt(n) == 0;
    }

    /** Whether something goes wrong now, as happens once in n times. */
    boolean faultOneIn(int n) {
        return !calm && random.nextInt(n) == 0;
    }

    <T> T of(List<T> choices) {
        return choices.get(random.nextInt(choices.size()));
    }
}
