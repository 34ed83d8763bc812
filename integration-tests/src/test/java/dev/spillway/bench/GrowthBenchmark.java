package dev.spillway.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;

/** What a record costs as one thing after the other grows by tens, all else being as it is in the throughput benchmark. */
final class GrowthBenchmark implements Benchmark {
    private static final List<Dimension> DIMENSIONS = List.of(
            new Dimension("partitions", List.of(1, 10, 100), InputSpec::withPartitions, (arm, unused) -> arm),
            new Dimension("workers", List.of(1, 10, 100, 1000), (input, unused) -> input, ArmSpec::withThreads),
            new Dimension(
                    "keys, in their order",
                    List.of(10, 1000, 100_000),
                    (input, keys) -> input.withKeys(keys, 0),
                    (arm, unused) -> arm.withOwn("ordering", "key")),
            new Dimension(
                    "bytes in a value", List.of(10, 100, 1000, 10_000), InputSpec::withBytes, (arm, unused) -> arm),
            new Dimension(
                    "queue.capacity",
                    List.of(100, 10_000, 100_000),
                    (input, unused) -> input,
                    (arm, capacity) -> arm.withOwn("queue.capacity", capacity)));

    /** What grows: the input, the arm, or both with each other. */
    private record Dimension(
            String name,
            List<Integer> values,
            BiFunction<InputSpec, Integer, InputSpec> input,
            BiFunction<ArmSpec, Integer, ArmSpec> arm) {
        /** Only the ends of it where it has to be quick. */
        List<Integer> values(boolean quick) {
            return quick ? List.of(values.get(0), values.get(values.size() - 1)) : values;
        }
    }

    @Override
    public String name() {
        return "growth";
    }

    @Override
    public Occasion occasion() {
        return Occasion.UNLESS_QUICK;
    }

    @Override
    public Results run(Bench bench) throws Exception {
        Results results = new Results(
                name(),
                "CPU for each record, at least once, without work, as one thing grows.",
                Metric.CPU_PER_RECORD,
                ArmSpec.PLAIN.name());
        Map<String, List<Double>> costs = new LinkedHashMap<>();
        try (ArmJvms jvms = new ArmJvms(bench)) {
            for (Dimension dimension : DIMENSIONS) {
                costs.put(dimension.name(), run(bench, jvms, results, dimension));
            }
        }
        results.addChart("cost", LineChart.of("CPU µs/record", "tens", costs));
        return results;
    }

    private static List<Double> run(Bench bench, ArmJvms jvms, Results results, Dimension dimension) throws Exception {
        InputSpec usual = InputSpec.usual(bench.options().records() / 2);
        List<Integer> values = dimension.values(bench.options().quick());
        List<Double> costs = new ArrayList<>();
        for (int value : values) {
            String situation = dimension.name() + ": " + value;
            ArmSpec arm = dimension.arm().apply(ArmSpec.SPILLWAY_AT_LEAST_ONCE, value);
            bench.compare(jvms, results, situation, dimension.input().apply(usual, value), List.of(arm), 1);
            costs.add(results.row(situation, arm.name())
                    .series(Metric.CPU_PER_RECORD)
                    .map(Series::median)
                    .orElse(Double.NaN));
        }
        return costs;
    }
}
