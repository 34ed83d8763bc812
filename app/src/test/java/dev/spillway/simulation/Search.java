package dev.spillway.simulation;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Runs one seed after the other. {@code -Dsimulation.seeds=N} says how many altogether, {@code -Dsimulation.seed=S} that it is to be this
 * one, whose trace is printed.
 */
final class Search {
    private static final int SEEDS = Integer.getInteger("simulation.seeds", 3000);
    private static final @Nullable Long ONLY = Long.getLong("simulation.seed");
    private static final int SHOWN = 400;

    private final Plant plant;

    private Search(Plant plant) {
        this.plant = plant;
    }

    static Search of(Plant plant) {
        return new Search(plant);
    }

    /** Searches the seeds of one kind of scenario, and fails with the first that breaks something. */
    void requireNothing(int kind) {
        if (ONLY != null) {
            if (Math.floorMod(ONLY, Scenario.KINDS) == kind) {
                replay(ONLY);
            }
            return;
        }
        long judged = 0;
        long steps = 0;
        long start = System.nanoTime();
        int seeds = Math.max(1, SEEDS / Scenario.KINDS);
        for (long seed = kind; seed < (long) seeds * Scenario.KINDS; seed += Scenario.KINDS) {
            Simulation simulation = new Simulation(seed, plant, new Trace(false));
            Throwable failure = failure(simulation);
            if (failure != null) {
                throw found(seed, failure);
            }
            judged += simulation.judged();
            steps += simulation.steps();
        }
        System.out.printf(
                "%s: %d seeds, %d steps, %d records judged, %d ms%n",
                Scenario.policyOf(kind) + " " + Scenario.guaranteeOf(kind),
                seeds,
                steps,
                judged,
                (System.nanoTime() - start) / 1_000_000);
    }

    /** Tries these seeds of some kinds, in their order, until one of them breaks something. */
    Optional<Find> first(int seeds, IntPredicate kinds) {
        int tried = 0;
        for (long seed = 0; tried < seeds; seed++) {
            if (kinds.test(Math.floorMod(seed, Scenario.KINDS))) {
                tried++;
                Throwable failure = failure(new Simulation(seed, plant, new Trace(false)));
                if (failure != null && !(failure instanceof Violation)) {
                    throw new AssertionError("seed " + seed + " did not even run", failure);
                }
                if (failure != null) {
                    return Optional.of(new Find(seed, tried, String.valueOf(failure.getMessage())));
                }
            }
        }
        return Optional.empty();
    }

    /** A seed that broke something, and the how manieth of those that were tried it was. */
    record Find(long seed, int tried, String what) {}

    /** What happens in the run of a seed, step by step. */
    static List<String> traceOf(long seed) {
        Trace trace = new Trace(true);
        Throwable failure = failure(new Simulation(seed, Plant.NOTHING, trace));
        return failure == null ? trace.lines() : List.of(failure.toString());
    }

    private void replay(long seed) {
        Trace trace = new Trace(true);
        Throwable failure = failure(new Simulation(seed, plant, trace));
        trace.lines().forEach(System.out::println);
        if (failure != null) {
            throw found(seed, failure);
        }
    }

    private AssertionError found(long seed, Throwable failure) {
        Trace trace = new Trace(true);
        Throwable again = failure(new Simulation(seed, plant, trace));
        List<String> lines = trace.lines();
        return new AssertionError(
                "seed " + seed + ": " + failure.getMessage() + "\n"
                        + String.join("\n", lines.subList(Math.max(0, lines.size() - SHOWN), lines.size()))
                        + "\n"
                        + (again != null && String.valueOf(again.getMessage()).equals(failure.getMessage())
                                ? ""
                                : "(a second run ended differently: " + again + ")\n")
                        + "seed " + seed + ": " + failure.getMessage() + "\nreplay it with -Dtest=SimulationTest"
                        + " -Dsimulation.seed=" + seed,
                failure);
    }

    /** Runs it without the product's log, in which thousands of faults would be reported. */
    @SuppressWarnings("CatchingThrowable")
    private static @Nullable Throwable failure(Simulation simulation) {
        PrintStream err = System.err;
        System.setErr(new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8));
        try {
            simulation.run();
            return null;
        } catch (Throwable e) {
            return e;
        } finally {
            System.setErr(err);
        }
    }
}
