package dev.spillway.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Runs JMH over the core, {@link QueueMicrobenchmark} and its like, and puts what it finds beside the other results. */
final class CoreBenchmark implements Benchmark {
    private static final List<Integer> THREADS = List.of(1, 2, 8);
    private static final Metric ALLOCATED = new Metric("B/record", 1);

    @Override
    public String name() {
        return "core";
    }

    @Override
    public Results run(Bench bench) throws Exception {
        Results results = new Results(
                name(),
                "Records per second that threads hand over to one that takes them, or book, without Kafka (JMH).",
                Metric.RATE,
                "ArrayBlockingQueue");
        for (int threads : bench.options().quick() ? List.of(2) : THREADS) {
            Path file = bench.directory().resolve("jmh-" + threads + "-threads.json");
            String situation = threads + (threads == 1 ? " thread" : " threads");
            if (run(bench, threads, file) == 0) {
                read(file, situation, results);
            } else {
                results.row(situation, "JMH").addFailure("it failed, see the logs");
            }
        }
        results.addChart("rates", BarChart.of(results, Metric.RATE));
        return results;
    }

    private static int run(Bench bench, int threads, Path file) throws Exception {
        List<String> arguments = new ArrayList<>(List.of("Microbenchmark", "-prof", "gc", "-f", "1", "-foe", "true"));
        arguments.addAll(List.of("-t", Integer.toString(threads), "-rf", "json", "-rff", file.toString()));
        arguments.addAll(List.of("-wi", "1", "-w", "1s", "-i", "2", "-r", "1s"));
        if (bench.options().quick()) {
            arguments.addAll(List.of("-p", "capacity=100"));
        }
        Path log = bench.log("jmh");
        Process jmh = new ProcessBuilder(bench.options().jvm().command("org.openjdk.jmh.Main", arguments))
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        try {
            return jmh.waitFor();
        } finally {
            jmh.destroyForcibly();
        }
    }

    private static void read(Path file, String threads, Results results) throws Exception {
        for (JsonNode one : new ObjectMapper().readTree(file.toFile())) {
            String name = one.path("benchmark").asText();
            String method = name.substring(name.lastIndexOf('.') + 1);
            JsonNode queue = one.path("params").path("queue");
            String situation = queue.isMissingNode()
                    ? "ledger, " + threads
                    : method + ", capacity "
                            + one.path("params").path("capacity").asText() + ", " + threads;
            results.row(situation, queue.isMissingNode() ? method : queue.asText())
                    .add(Sample.NOTHING
                            .with(Metric.RATE, one.at("/primaryMetric/score").asDouble())
                            .with(ALLOCATED, allocated(one.path("secondaryMetrics"))));
        }
    }

    /** JMH has put a dot before the name in some of its versions. */
    private static double allocated(JsonNode secondary) {
        for (String name : List.of("gc.alloc.rate.norm", "·gc.alloc.rate.norm")) {
            if (secondary.has(name)) {
                return secondary.path(name).path("score").asDouble();
            }
        }
        return Double.NaN;
    }
}
