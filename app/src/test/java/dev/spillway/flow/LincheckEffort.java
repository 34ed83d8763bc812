package dev.spillway.flow;

import static org.jetbrains.kotlinx.lincheck.strategy.managed.ManagedStrategyGuaranteeKt.forClasses;

import org.jetbrains.kotlinx.lincheck.Options;
import org.jetbrains.kotlinx.lincheck.strategy.managed.modelchecking.ModelCheckingOptions;
import org.jetbrains.kotlinx.lincheck.strategy.stress.StressOptions;

/**
 * How hard the model checks and stress tests try: {@code -Dlincheck.effort=N} makes it N times as hard; without it each takes
 * seconds.
 *
 * <p>What Lincheck 2.39 cannot do, and what these tests do about it:
 *
 * <ul>
 *   <li>It reads fields with {@code sun.misc.Unsafe}, which refuses records and hidden classes. No record and no lambda may be
 *       reachable when a subject has been constructed or from a static field that an operation reads, and no record with a static
 *       field may be created.
 *   <li>It compares results with {@code equals}: they are given as text.
 *   <li>It takes the names of an operation's parameters for those of generators: each parameter names its own.
 *   <li>It does not look into a lambda given to {@code runConcurrentTest}, nor into subclasses of Thread, and does not say so: the
 *       block has to be a named or anonymous class, and its threads get a Runnable.
 * </ul>
 */
public final class LincheckEffort {
    private static final int EFFORT = Integer.getInteger("lincheck.effort", 1);

    private LincheckEffort() {}

    /** Explores interleavings one by one, also such as a real machine hardly ever runs into. */
    static ModelCheckingOptions modelChecking() {
        return scenarios(new ModelCheckingOptions()
                .invocationsPerIteration(30)
                .addGuarantee(
                        forClasses(LincheckWords.class.getName()).allMethods().ignore()));
    }

    /** Runs on real threads. */
    static StressOptions stress() {
        return scenarios(new StressOptions().invocationsPerIteration(200));
    }

    /** How many interleavings {@code LincheckKt.runConcurrentTest} tries. */
    public static int invocations() {
        return 25 * EFFORT;
    }

    private static <O extends Options<O, ?>> O scenarios(O options) {
        return options.iterations(4 * EFFORT)
                .threads(2)
                .actorsPerThread(3)
                .actorsBefore(2)
                .actorsAfter(2);
    }
}
