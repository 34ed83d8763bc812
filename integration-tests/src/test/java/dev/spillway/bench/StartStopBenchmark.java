package dev.spillway.bench;

import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.TimeUnit;

/**
 * How long a process takes from its start until its first result can be seen, and from a SIGTERM until it has ended: with nothing to
 * do, and with more to do than it can. Spillway is what a user starts, the command line with a file.
 */
final class StartStopBenchmark implements Benchmark {
    private static final int PARTITIONS = 4;
    private static final int THREADS = 4;
    private static final int WORK_MILLIS = 1;
    private static final int BACKLOG = 100_000;
    private static final int MOST_ROUNDS = 2;
    private static final long SETTLING_MILLIS = 1500;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static final Metric FIRST_RESULT = new Metric("start to first result ms", 0);
    private static final Metric IDLE_END = new Metric("SIGTERM to exit ms, idle", 0);
    private static final Metric BUSY_END = new Metric("SIGTERM to exit ms, busy", 0);

    @Override
    public String name() {
        return "start-stop";
    }

    @Override
    public Results run(Bench bench) throws Exception {
        Results results = new Results(
                name(),
                "Time in ms from the start of a process to its first result, and from a SIGTERM to its end.",
                FIRST_RESULT,
                ArmSpec.PLAIN.name());
        Input one = bench.input("bench-start-one", InputSpec.usual(1));
        Input many = bench.input("bench-start-many", InputSpec.usual(BACKLOG));
        int rounds = Math.min(bench.options().rounds(), MOST_ROUNDS);
        new Turns(results)
                .take(
                        "1 ms of work, 4 at once",
                        arms(bench.options().quick()),
                        rounds,
                        arm -> measure(bench, arm, one, many));
        results.addChart("start", BarChart.of(results, FIRST_RESULT));
        return results;
    }

    private static Sample measure(Bench bench, ArmSpec arm, Input one, Input many) throws Exception {
        Times idle = run(bench, arm, one);
        Times busy = run(bench, arm, many);
        return Sample.NOTHING
                .with(FIRST_RESULT, idle.firstResultMillis)
                .with(IDLE_END, idle.endMillis)
                .with(BUSY_END, busy.endMillis)
                .with(idle.usage);
    }

    private record Times(double firstResultMillis, double endMillis, Usage usage) {}

    private static Times run(Bench bench, ArmSpec arm, Input input) throws Exception {
        String output = bench.topics().createOutput(PARTITIONS);
        AgeReader reader = new AgeReader();
        reader.start(bench.bootstrapServers(), output, PARTITIONS);
        long start = System.nanoTime();
        try (ArmProcess process = start(bench, arm, input, output)) {
            long end = start + PATIENCE.toNanos();
            while (reader.seen() == 0) {
                process.requireAlive();
                if (System.nanoTime() > end) {
                    throw new ArmFailedException("no result within " + PATIENCE.toSeconds() + " s");
                }
                TimeUnit.MILLISECONDS.sleep(1);
            }
            double first = millisSince(start);
            TimeUnit.MILLISECONDS.sleep(SETTLING_MILLIS);
            Usage usage = process.usage();
            long signal = System.nanoTime();
            process.terminate();
            return new Times(first, millisSince(signal), usage);
        } finally {
            reader.end();
            bench.topics().deleteOutput(output);
        }
    }

    private static ArmProcess start(Bench bench, ArmSpec arm, Input input, String output)
            throws IOException, ArmFailedException {
        if (!arm.isSpillway()) {
            return bench.start(arm, input.topic(), output);
        }
        Properties file = new Properties();
        file.putAll(SpillwayArm.configuration(bench.settings(arm, input.topic(), output)));
        Path config = Files.createTempFile(bench.directory(), "spillway", ".properties");
        try (Writer writer = Files.newBufferedWriter(config)) {
            file.store(writer, null);
        }
        config.toFile().deleteOnExit();
        List<String> command =
                bench.options().jvm().command("dev.spillway.cli.Main", List.of("run", "--config", config.toString()));
        return ArmProcess.start(arm.name(), command, bench.log(arm.name()));
    }

    private static double millisSince(long nanos) {
        return (System.nanoTime() - nanos) / 1e6;
    }

    private static List<ArmSpec> arms(boolean quick) {
        List<ArmSpec> arms = new ArrayList<>(ArmSpec.PLAIN_LOOPS);
        arms.addAll(ArmSpec.SPILLWAY);
        if (!quick) {
            arms.addAll(ArmSpec.THREADED_PEERS);
            arms.add(ArmSpec.PARALLEL_CONSUMER_UNORDERED);
        }
        return arms.stream()
                .map(arm -> arm.with("threads", THREADS).with("work.ms", WORK_MILLIS))
                .toList();
    }
}
