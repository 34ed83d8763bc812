package dev.spillway.bench;

import java.util.List;
import java.util.stream.Stream;

/**
 * What order costs: the throughput of the three values of {@code ordering}, for work that takes no time and for work that waits for a
 * millisecond. Keys have a Zipf distribution, so that the most frequent one is a lane for itself that much queues for; and a poll brings
 * records of few partitions, so that a small queue holds few lanes.
 */
final class OrderingBenchmark implements Benchmark {
    private static final int WORKERS = 16;
    private static final int KEYS = 1000;
    private static final int MOST_ROUNDS = 3;
    /** The default: what one poll brings. */
    private static final int SMALL_QUEUE = 500;

    private static final int LARGE_QUEUE = 10_000;
    private static final String UNORDERED = "unordered";

    @Override
    public String name() {
        return "ordering";
    }

    @Override
    public Occasion occasion() {
        return Occasion.IF_NAMED;
    }

    @Override
    public Results run(Bench bench) throws Exception {
        Results results = new Results(
                name(),
                "Records per second with and without order, at least once, 16 workers.",
                Metric.RATE,
                UNORDERED);
        InputSpec spec = InputSpec.usual(bench.options().records() / 2).withKeys(KEYS, 1);
        int rounds = Math.min(bench.options().rounds(), MOST_ROUNDS);
        try (ArmJvms jvms = new ArmJvms(bench)) {
            bench.compare(jvms, results, "no work", spec, arms(0, SMALL_QUEUE), rounds);
            bench.compare(jvms, results, "1 ms of work", spec, arms(1, SMALL_QUEUE), rounds);
            bench.compare(jvms, results, "1 ms of work, a queue of 10,000", spec, arms(1, LARGE_QUEUE), rounds);
        }
        results.addChart("rates", BarChart.of(results, Metric.RATE));
        return results;
    }

    private static List<ArmSpec> arms(int workMillis, int queueCapacity) {
        return Stream.of(UNORDERED, "key", "partition")
                .map(ordering -> ArmSpec.SPILLWAY_AT_LEAST_ONCE
                        .named(ordering)
                        .with("threads", WORKERS)
                        .with("work.ms", workMillis)
                        .withOwn("ordering", ordering)
                        .withOwn("queue.capacity", queueCapacity))
                .toList();
    }
}
