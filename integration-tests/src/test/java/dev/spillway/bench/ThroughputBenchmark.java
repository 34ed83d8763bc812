package dev.spillway.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How fast records go through where there is no work. All arms move records of 200 bytes in four partitions with keys that are equally
 * frequent, and have producers with the same settings. The loops and Spillway also move others, each of which differs from those in one
 * thing only, since all combinations of them would take a day; and in JVMs of their own, the same with the settings that each producer
 * has by itself.
 */
final class ThroughputBenchmark implements Benchmark {
    /** Each thread of Parallel Consumer waits for its result's acknowledgement, so that it needs many. */
    private static final int PARALLEL_CONSUMER_THREADS = 256;

    /** The compiler is at work for half a minute and takes half a core that the arms need; for all cases there is no time to wait for it. */
    private static final int WARM_UPS_UNTIL_COMPILED = 3;

    @Override
    public String name() {
        return "throughput";
    }

    @Override
    public Results run(Bench bench) throws Exception {
        Results results = new Results(
                name(), "Records per second in steady state, without work.", Metric.RATE, ArmSpec.PLAIN.name());
        BenchOptions options = bench.options();
        InputSpec usual = InputSpec.usual(options.records());
        try (ArmJvms jvms = new ArmJvms(bench)) {
            bench.compare(jvms, results, "200 B, 4 partitions, uniform keys", usual, everyone(), options.rounds());
            if (!options.quick()) {
                for (Map.Entry<String, InputSpec> other : others(usual).entrySet()) {
                    bench.compare(jvms, results, other.getKey(), other.getValue(), loopsAndSpillway(), 1);
                }
            }
        }
        // In JVMs that never had other settings, as a user's has not: those above are compiled for compressed batches.
        Duration warmUp = options.warmUp().multipliedBy(options.quick() ? 1 : WARM_UPS_UNTIL_COMPILED);
        try (ArmJvms jvms = new ArmJvms(bench, warmUp)) {
            bench.compare(
                    jvms,
                    results,
                    "200 B, producers as they come",
                    usual,
                    loopsAndSpillway().stream().map(Clients::asItComes).toList(),
                    options.rounds());
        }
        results.addChart("rates", BarChart.of(results, Metric.RATE));
        results.addChart("cpu", BarChart.of(results, Metric.CPU_PER_RECORD));
        return results;
    }

    private static Map<String, InputSpec> others(InputSpec usual) {
        Map<String, InputSpec> others = new LinkedHashMap<>();
        others.put("1 KB", usual.withBytes(1000));
        others.put("Zipf keys", usual.withKeys(1000, 1));
        others.put("100 B", usual.withBytes(100));
        others.put("10 KB", usual.withBytes(10_000));
        others.put("1 partition", usual.withPartitions(1));
        others.put("16 partitions", usual.withPartitions(16));
        return others;
    }

    private static List<ArmSpec> loopsAndSpillway() {
        List<ArmSpec> arms = new ArrayList<>(ArmSpec.PLAIN_LOOPS);
        arms.addAll(ArmSpec.SPILLWAY);
        return arms;
    }

    private static List<ArmSpec> everyone() {
        List<ArmSpec> arms = loopsAndSpillway();
        arms.addAll(ArmSpec.EXPLAINING_LOOPS);
        arms.addAll(ArmSpec.THREADED_PEERS);
        ArmSpec.PARALLEL_CONSUMER.forEach(arm -> arms.add(arm.with("threads", PARALLEL_CONSUMER_THREADS)));
        return arms;
    }
}
