package dev.spillway.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How old results are under an overload, which is offered at fixed times: every record works for a millisecond, and each arm may work
 * on four at once, so that 4,000 a second are what all of them can do. Spillway has a queue of 400, which is a tenth of a second's
 * work.
 */
final class FreshnessBenchmark implements Benchmark {
    private static final int THREADS = 4;
    private static final int WORK_MILLIS = 1;
    private static final int CAPACITY_PER_SECOND = 1000 / WORK_MILLIS * THREADS;
    private static final int QUEUE = 400;
    private static final List<String> POLICIES = List.of("BLOCK", "DROP_NEWEST", "DROP_OLDEST");
    private static final List<String> SHEDDING = List.of("DROP_NEWEST", "DROP_OLDEST");
    private static final List<ArmSpec> ONE_OF_EACH_KIND =
            List.of(ArmSpec.PLAIN, ArmSpec.STREAMS_EXACTLY_ONCE, ArmSpec.PARALLEL_CONSUMER_UNORDERED);
    private static final List<Integer> OVERLOADS = List.of(5, 2, 20);
    /** At which all peers are measured, and the policy that sheds nothing; at the others, the policies that shed. */
    private static final int MAIN_OVERLOAD = 5;

    private static final Metric P99 = new Metric("p99 age ms", 1);

    @Override
    public String name() {
        return "freshness";
    }

    @Override
    public Results run(Bench bench) throws Exception {
        Results results = new Results(
                name(),
                "Age in ms of results when a reader of committed records sees them, while more is offered than "
                        + CAPACITY_PER_SECOND + "/s, which is what the work allows.",
                P99,
                ArmSpec.PLAIN.name());
        try (ArmJvms jvms = new ArmJvms(bench)) {
            for (int overload : bench.options().quick() ? List.of(MAIN_OVERLOAD) : OVERLOADS) {
                run(bench, jvms, results, overload);
            }
        }
        return results;
    }

    private static void run(Bench bench, ArmJvms jvms, Results results, int overload) throws Exception {
        OfferedLoad load = new OfferedLoad(
                CAPACITY_PER_SECOND / 2.0,
                (double) CAPACITY_PER_SECOND * overload,
                bench.options().seconds(),
                Duration.ZERO);
        Map<String, List<Double>> bySecond = new LinkedHashMap<>();
        List<ArmSpec> arms = arms(overload, bench.options().quick());
        // Once: a round of it takes minutes, and each of its seconds is a sample.
        new Turns(results).take("offered " + overload + "× of what can be done", arms, 1, arm -> {
            OfferedLoad.Outcome outcome = load.offerTo(arm, bench, jvms);
            bySecond.put(arm.name(), outcome.ages().percentilesBySecond(99));
            return sample(outcome);
        });
        results.addChart(
                overload + "x",
                LineChart.of("p99 age in ms by second, " + overload + "× offered", "seconds", bySecond));
    }

    private static Sample sample(OfferedLoad.Outcome outcome) throws ArmFailedException {
        Ages ages = outcome.ages();
        if (ages.count() == 0) {
            throw new ArmFailedException("none of its results was seen while the overload lasted");
        }
        return Sample.NOTHING
                .with(P99, ages.percentile(99))
                .with(new Metric("p50 age ms", 1), ages.percentile(50))
                .with(new Metric("max age ms", 1), ages.max())
                .with(new Metric("p99 in the first sixth", 1), ages.percentileOfSixth(0, 99))
                .with(new Metric("p99 in the last sixth", 1), ages.percentileOfSixth(5, 99))
                .with(new Metric("results seen", 0), (double) ages.count())
                .with(new Metric("offered", 0), outcome.offered())
                .with(new Metric("offered late by ms", 1), outcome.lateNanos() / 1e6)
                .with(outcome.usage());
    }

    private static List<ArmSpec> arms(int overload, boolean quick) {
        List<ArmSpec> arms = new ArrayList<>();
        boolean main = overload == MAIN_OVERLOAD && !quick;
        for (String policy : main ? POLICIES : SHEDDING) {
            ArmSpec.SPILLWAY.forEach(arm -> arms.add(withPolicy(arm, policy)));
        }
        if (main) {
            arms.addAll(ArmSpec.PLAIN_LOOPS);
            arms.addAll(ArmSpec.THREADED_PEERS);
            arms.addAll(ArmSpec.PARALLEL_CONSUMER);
        } else if (quick) {
            arms.addAll(ONE_OF_EACH_KIND);
        }
        return arms.stream()
                .map(arm -> arm.with("threads", THREADS).with("work.ms", WORK_MILLIS))
                .toList();
    }

    private static ArmSpec withPolicy(ArmSpec arm, String policy) {
        return arm.named(arm.name() + ", " + policy)
                .withOwn("shed.policy", policy)
                .withOwn("queue.capacity", QUEUE)
                .withOwn("consumer.max.poll.records", QUEUE);
    }
}
