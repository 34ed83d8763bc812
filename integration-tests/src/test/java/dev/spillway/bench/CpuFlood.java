package dev.spillway.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.spillway.processor.CpuFloodBenchmark;
import java.io.BufferedReader;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Runs {@link CpuFloodBenchmark}, which needs no broker, in a JVM of its own, and puts its table beside the others. */
final class CpuFlood implements Benchmark {
    private static final Pattern ROW = Pattern.compile("(\\S.*?) {2,}([0-9.]+) +([0-9.]+) +([0-9.]+)");
    private static final Metric MEDIAN = new Metric("median ms", 2);

    @Override
    public String name() {
        return "cpu-flood";
    }

    @Override
    public Occasion occasion() {
        return Occasion.IF_NAMED;
    }

    @Override
    public Results run(Bench bench) throws Exception {
        Results results = new Results(
                name(), "Time in ms of an io job beside 16 cpu jobs for each core.", MEDIAN, "nothing computes");
        List<String> command = bench.options()
                .jvm()
                .command(
                        List.of("-Dbench.rounds=" + bench.options().rounds()),
                        CpuFloodBenchmark.class.getName(),
                        List.of());
        Process process = new ProcessBuilder(command)
                .redirectError(bench.log(name()).toFile())
                .start();
        try (BufferedReader table = process.inputReader(UTF_8)) {
            table.lines().map(ROW::matcher).filter(Matcher::matches).forEach(row -> add(row, results));
        }
        if (process.waitFor() != 0) {
            results.row("", name()).addFailure("it has ended with " + process.exitValue());
        }
        return results;
    }

    private static void add(Matcher row, Results results) {
        results.row("", row.group(1))
                .add(Sample.NOTHING
                        .with(MEDIAN, Double.parseDouble(row.group(2)))
                        .with(new Metric("p99 ms", 2), Double.parseDouble(row.group(3)))
                        .with(new Metric("most ms", 2), Double.parseDouble(row.group(4))));
    }
}
