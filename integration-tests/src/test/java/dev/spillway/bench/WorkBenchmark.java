package dev.spillway.bench;

import java.util.ArrayList;
import java.util.List;

/**
 * How near an arm comes to what work and concurrency allow: with 10 ms of waiting for each record and 256 of them at once, 25,600
 * records a second. The arms that work on one record after the other on each of their threads take part where as many threads are
 * of use, which is up to the number of partitions. The clock of the system, which wakes up sleepers late, costs some hundredths at 1 ms.
 */
final class WorkBenchmark implements Benchmark {
    private static final int PARTITIONS = 16;
    private static final List<Integer> MILLIS = List.of(1, 10, 100);
    /** With which those take part that work on one record after the other on each thread. */
    private static final int MAIN_MILLIS = 10;

    private static final List<Integer> CONCURRENCY = List.of(16, 256, 4096);
    private static final Metric SHARE = new Metric("share of the limit", 3);

    @Override
    public String name() {
        return "work";
    }

    @Override
    public Results run(Bench bench) throws Exception {
        Results results = new Results(
                name(),
                "Records per second over what work and concurrency allow, concurrency / work.",
                SHARE,
                ArmSpec.PARALLEL_CONSUMER_UNORDERED.name());
        boolean quick = bench.options().quick();
        InputSpec spec = InputSpec.usual(bench.options().records()).withPartitions(PARTITIONS);
        Input input = bench.input("bench-work", spec);
        try (ArmJvms jvms = new ArmJvms(bench)) {
            for (int millis : quick ? List.of(MAIN_MILLIS) : MILLIS) {
                for (int concurrency : quick ? List.of(256) : CONCURRENCY) {
                    String situation = millis + " ms, " + concurrency + " at once";
                    new Turns(results)
                            .take(situation, arms(millis, concurrency), 1, arm -> measure(bench, jvms, arm, input));
                }
            }
        }
        bench.topics().delete(input.topic());
        results.addChart("share", BarChart.of(results, SHARE));
        return results;
    }

    private static Sample measure(Bench bench, ArmJvms jvms, ArmSpec arm, Input input) throws Exception {
        Sample sample = bench.rate(jvms, arm, input);
        double limit = arm.settings().threads() * 1e3 / arm.settings().workMillis();
        double rate = sample.figures().getOrDefault(Metric.RATE, Double.NaN);
        return sample.with(SHARE, rate / limit);
    }

    private static List<ArmSpec> arms(int millis, int concurrency) {
        List<ArmSpec> arms = new ArrayList<>(ArmSpec.SPILLWAY);
        arms.addAll(ArmSpec.PARALLEL_CONSUMER);
        if (concurrency <= PARTITIONS && millis == MAIN_MILLIS) {
            arms.addAll(ArmSpec.PLAIN_LOOPS);
            arms.addAll(ArmSpec.THREADED_PEERS);
        }
        return arms.stream()
                .map(arm -> arm.with("threads", concurrency).with("work.ms", millis))
                .toList();
    }
}
