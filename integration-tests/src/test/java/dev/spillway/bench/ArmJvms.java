package dev.spillway.bench;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * The JVMs of a benchmark's arms. Each is kept from turn to turn: the first seconds of a JVM, in which it compiles what it runs, are for a
 * warm-up and not for each turn anew. While one arm has its turn, the JVMs of the others do nothing. For one thread.
 */
final class ArmJvms implements AutoCloseable {
    private final Bench bench;
    private final Duration warmUp;
    private final Map<String, ArmProcess> byArm = new HashMap<>();

    /** What is done with a JVM. */
    @FunctionalInterface
    interface Use<T> {
        T with(ArmProcess process) throws Exception;
    }

    /** None yet; each is to be warmed up as long as it is usual. */
    ArmJvms(Bench bench) {
        this(bench, bench.options().warmUp());
    }

    /**
     * None yet.
     *
     * @param warmUp for how long each works before its first turn
     */
    ArmJvms(Bench bench, Duration warmUp) {
        this.bench = bench;
        this.warmUp = warmUp;
    }

    Duration warmUp() {
        return warmUp;
    }

    /** Does something with the arm's JVM, which no other may use after a failure. */
    <T> T use(ArmSpec arm, Use<T> use) throws Exception {
        ArmProcess process = byArm.remove(arm.name());
        if (process == null) {
            process = bench.startJvm(arm);
        }
        try {
            T result = use.with(process);
            byArm.put(arm.name(), process);
            return result;
        } finally {
            if (!byArm.containsKey(arm.name())) {
                process.close();
            }
        }
    }

    @Override
    public void close() {
        byArm.values().forEach(ArmProcess::close);
    }
}
