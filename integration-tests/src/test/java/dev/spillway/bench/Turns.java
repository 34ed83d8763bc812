package dev.spillway.bench;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Lets arms take turns, A B C A B C, so that what a machine does beside falls on all of them. */
final class Turns {
    private final BenchOptions options;
    private final Results results;

    /** Measures an arm once. */
    @FunctionalInterface
    interface Turn {
        Sample take(ArmSpec arm) throws Exception;
    }

    Turns(BenchOptions options, Results results) {
        this.options = options;
        this.results = results;
    }

    /** A round that does not count, unless it has to be quick, then those that do. */
    void take(String situation, List<ArmSpec> arms, Turn turn) throws Exception {
        take(situation, arms, options.rounds(), turn);
    }

    /** The same with a number of rounds of one's own; if it is one, it has none before it. */
    void take(String situation, List<ArmSpec> arms, int rounds, Turn turn) throws Exception {
        for (int round = options.warmUpRound() && rounds > 1 ? 0 : 1; round <= rounds; round++) {
            for (ArmSpec arm : arms) {
                take(situation, arm, round, turn);
            }
        }
    }

    private void take(String situation, ArmSpec arm, int round, Turn turn) throws Exception {
        Row row = results.row(situation, arm.name());
        try {
            Sample sample = turn.take(arm);
            if (round > 0) {
                row.add(sample);
            }
            print(situation, arm, round, text(sample));
        } catch (ArmFailedException e) {
            String why = String.valueOf(e.getMessage());
            row.addFailure("round " + round + ": " + why);
            print(situation, arm, round, why);
        }
    }

    private void print(String situation, ArmSpec arm, int round, String what) {
        System.out.printf(
                Locale.ROOT, "%s, %s, round %d, %s: %s%n", results.name(), situation, round, arm.name(), what);
    }

    private static String text(Sample sample) {
        return sample.figures().entrySet().stream()
                .map(figure -> Figures.text(figure.getKey(), figure.getValue()) + " "
                        + figure.getKey().name())
                .collect(Collectors.joining(", "));
    }
}
