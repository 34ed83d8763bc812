package dev.spillway.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** How long a record takes from when it is due to when its result is seen, where half of what can be done is offered. */
final class LatencyBenchmark implements Benchmark {
    private static final int THREADS = 4;
    private static final int WORK_MILLIS = 1;
    private static final int MOST_ROUNDS = 3;
    private static final double PER_SECOND = 0.5 * THREADS * 1000 / WORK_MILLIS;
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final Metric P99 = new Metric("p99 ms", 1);

    @Override
    public String name() {
        return "latency";
    }

    @Override
    public Results run(Bench bench) throws Exception {
        Results results = new Results(
                name(),
                "Time in ms from when a record is due to when a reader of committed records sees its result, at half the load that"
                        + " the work allows.",
                P99,
                ArmSpec.PLAIN.name());
        int seconds = (int) (bench.options().window().toSeconds() * 2);
        OfferedLoad load = new OfferedLoad(PER_SECOND, PER_SECOND, seconds, PATIENCE);
        int rounds = Math.min(bench.options().rounds(), MOST_ROUNDS);
        try (ArmJvms jvms = new ArmJvms(bench)) {
            new Turns(results)
                    .take(
                            "1 ms of work, 4 at once, 2,000/s",
                            arms(),
                            rounds,
                            arm -> sample(load.offerTo(arm, bench, jvms)));
        }
        results.addChart("p99", BarChart.of(results, P99));
        return results;
    }

    private static Sample sample(OfferedLoad.Outcome outcome) throws ArmFailedException {
        Ages ages = outcome.ages();
        if (ages.count() == 0) {
            throw new ArmFailedException("none of " + outcome.offered() + " results was seen");
        }
        return Sample.NOTHING
                .with(P99, ages.percentile(99))
                .with(new Metric("p50 ms", 1), ages.percentile(50))
                .with(new Metric("p99.9 ms", 1), ages.percentile(99.9))
                .with(new Metric("max ms", 1), ages.max())
                .with(new Metric("results seen", 0), (double) ages.count())
                .with(new Metric("offered", 0), outcome.offered())
                .with(new Metric("offered late by ms", 1), outcome.lateNanos() / 1e6)
                .with(outcome.usage());
    }

    private static List<ArmSpec> arms() {
        List<ArmSpec> arms = new ArrayList<>(ArmSpec.PLAIN_LOOPS);
        arms.addAll(ArmSpec.SPILLWAY);
        return arms.stream()
                .map(arm -> arm.with("threads", THREADS).with("work.ms", WORK_MILLIS))
                .toList();
    }
}
