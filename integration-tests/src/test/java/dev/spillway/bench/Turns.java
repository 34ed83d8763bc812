package dev.spillway.bench;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Lets arms take turns, A B C A B C, so that what a machine does beside falls on all of them. */
final class Turns {
    private final Results results;

    /** Measures an arm once. */
    @FunctionalInterface
    interface Turn {
        Sample take(ArmSpec arm) throws Exception;
    }

    Turns(Results results) {
        this.results = results;
    }

    void take(String situation, List<ArmSpec> arms, int rounds, Turn turn) throws Exception {
        for (int round = 1; round <= rounds; round++) {
            for (ArmSpec arm : arms) {
                take(situation, arm, round, turn);
            }
        }
    }

    private void take(String situation, ArmSpec arm, int round, Turn turn) throws Exception {
        Row row = results.row(situation, arm.name());
        try {
            Sample sample = turn.take(arm);
            row.add(sample);
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
