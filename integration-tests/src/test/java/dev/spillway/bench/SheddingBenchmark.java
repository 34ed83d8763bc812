package dev.spillway.bench;

import java.util.ArrayList;
import java.util.List;

/**
 * How fast records can be shed: polled, dropped, and their tombstones sent and committed, while all workers are busy. No consumer that
 * only polls can be overtaken; it is what the others are compared with. Records are counted by the ledgers of committed epochs, so it is
 * the same whether each has a tombstone or one stands for a run of them.
 */
final class SheddingBenchmark implements Benchmark {
    private static final int THREADS = 4;
    private static final int WORK_MILLIS = 10;
    private static final int MOST_ROUNDS = 3;
    private static final String POLICY = "DROP_OLDEST";

    /** Times the usual number of records, which who does not have to write them is through with before it can be looked at. */
    private static final int MORE = 4;

    @Override
    public String name() {
        return "shedding";
    }

    @Override
    public Results run(Bench bench) throws Exception {
        Results results = new Results(
                name(),
                "Records per second that are consumed, nearly all of them shed, while the workers can do "
                        + THREADS * 1000 / WORK_MILLIS + ".",
                Metric.RATE,
                ArmSpec.BARE_CONSUMER.name());
        Input input =
                bench.input("bench-shedding", InputSpec.usual(bench.options().records() * MORE));
        int rounds = Math.min(bench.options().rounds(), MOST_ROUNDS);
        try (ArmJvms jvms = new ArmJvms(bench)) {
            new Turns(results)
                    .take(
                            "200 B, 4 partitions",
                            arms(),
                            rounds,
                            arm -> bench.rate(jvms, arm, input, (process, output) -> process.moved()));
        }
        bench.topics().delete(input.topic());
        results.addChart("rates", BarChart.of(results, Metric.RATE));
        return results;
    }

    private static List<ArmSpec> arms() {
        List<ArmSpec> arms = new ArrayList<>();
        arms.add(ArmSpec.BARE_CONSUMER);
        for (ArmSpec arm : ArmSpec.SPILLWAY) {
            ArmSpec shedding =
                    arm.withOwn("shed.policy", POLICY).with("threads", THREADS).with("work.ms", WORK_MILLIS);
            arms.add(shedding);
            arms.add(shedding.named(shedding.name() + ", ranges").withOwn("drop.tombstones", "range"));
        }
        return arms.stream().map(arm -> arm.with(ArmMain.COUNTED, true)).toList();
    }
}
