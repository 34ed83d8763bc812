package dev.spillway.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What a run of the benchmarks leaves: {@code results.md}, {@code results.json} and the charts. Written anew after each benchmark. */
final class Report {
    private final Path directory;
    private final Map<String, String> machine;
    private final List<Results> all = new ArrayList<>();
    private final Map<String, Duration> durations = new HashMap<>();

    Report(Path directory, Map<String, String> machine) {
        this.directory = directory;
        this.machine = machine;
    }

    /**
     * Adds what a benchmark has found.
     *
     * @param took how long that took
     */
    void add(Results results, Duration took) throws IOException {
        all.add(results);
        durations.put(results.name(), took);
        write("results.md", markdown());
        write("results.json", ResultsJson.of(machine, all));
        for (Map.Entry<String, String> chart : results.charts().entrySet()) {
            write(chart.getKey(), chart.getValue());
        }
    }

    List<String> failures() {
        return all.stream().flatMap(results -> results.failures().stream()).toList();
    }

    private String markdown() {
        StringBuilder text = new StringBuilder("# Benchmarks\n\n");
        machine.forEach((name, value) ->
                text.append("- ").append(name).append(": ").append(value).append('\n'));
        for (Results results : all) {
            text.append("\n## ").append(results.name()).append("\n\n");
            text.append(results.title())
                    .append(" It took ")
                    .append(durations
                            .getOrDefault(results.name(), Duration.ZERO)
                            .toSeconds())
                    .append(" s.\n\n")
                    .append(MarkdownTable.of(results));
            results.charts()
                    .keySet()
                    .forEach(file -> text.append("\n![")
                            .append(file.replace(".svg", ""))
                            .append("](")
                            .append(file)
                            .append(")\n"));
        }
        List<String> failures = failures();
        if (!failures.isEmpty()) {
            text.append("\n## Failed\n\n");
            failures.forEach(failure -> text.append("- ").append(failure).append('\n'));
        }
        return text.toString();
    }

    private void write(String file, String text) throws IOException {
        Files.createDirectories(directory);
        Files.writeString(directory.resolve(file), text, UTF_8);
    }
}
