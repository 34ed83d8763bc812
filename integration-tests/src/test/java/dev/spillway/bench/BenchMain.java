package dev.spillway.bench;

import dev.spillway.demo.LocalKafka;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Runs benchmarks, one after the other, on one broker; see {@link BenchOptions} for what can be chosen. The exit code is 1 if an arm
 * failed. Its argument is the directory where results go.
 */
public final class BenchMain {
    private static final int BROKER_MEBIBYTES = 1024;

    private static final List<Benchmark> ALL = List.of(
            new ArmsBenchmark(),
            new ThroughputBenchmark(),
            new WorkBenchmark(),
            new FreshnessBenchmark(),
            new SheddingBenchmark(),
            new LatencyBenchmark(),
            new StartStopBenchmark(),
            new GrowthBenchmark(),
            new OrderingBenchmark(),
            new CpuFlood(),
            new CoreBenchmark());

    private BenchMain() {}

    public static void main(String[] args) throws Exception {
        BenchOptions options = BenchOptions.of(System.getProperties());
        requireKnown(options.only());
        Report report = new Report(Path.of(args[0]), machine(options));
        try (LocalKafka kafka = LocalKafka.builder()
                        .heap(BROKER_MEBIBYTES)
                        .jvmFlags(List.of("-XX:+UseG1GC"))
                        .property("log.segment.delete.delay.ms", "1000")
                        .start();
                Bench bench = new Bench(options, kafka.bootstrapServers(), Path.of(args[0]))) {
            for (Benchmark benchmark : ALL) {
                if (options.includes(benchmark)) {
                    long start = System.nanoTime();
                    Results results = benchmark.run(bench);
                    report.add(results, Duration.ofNanos(System.nanoTime() - start));
                }
            }
        }
        List<String> failures = report.failures();
        failures.forEach(failure -> System.out.println("FAILED: " + failure));
        System.exit(failures.isEmpty() ? 0 : 1);
    }

    private static void requireKnown(Set<String> chosen) {
        Set<String> unknown = new TreeSet<>(chosen);
        ALL.forEach(benchmark -> unknown.remove(benchmark.name()));
        if (!unknown.isEmpty()) {
            System.err.println("There is no benchmark " + String.join(", ", unknown) + "; bench.only takes "
                    + String.join(", ", ALL.stream().map(Benchmark::name).toList()));
            System.exit(1);
        }
    }

    private static Map<String, String> machine(BenchOptions options) {
        Map<String, String> machine = new LinkedHashMap<>();
        machine.put("cores", Integer.toString(Runtime.getRuntime().availableProcessors()));
        machine.put("system", System.getProperty("os.name") + " " + System.getProperty("os.version"));
        machine.put("arms' JVM", options.jvm().description());
        machine.put("arms' heap", options.jvm().heap());
        if (!options.jvm().options().isEmpty()) {
            machine.put("arms' JVM options", String.join(" ", options.jvm().options()));
        }
        machine.put(
                "producers, unless as they come",
                Clients.tuning(options.producer()).toString());
        machine.put("rounds", Integer.toString(options.rounds()));
        machine.put("quick", Boolean.toString(options.quick()));
        return machine;
    }
}
