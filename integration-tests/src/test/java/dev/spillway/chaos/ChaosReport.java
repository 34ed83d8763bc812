package dev.spillway.chaos;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toList;

import dev.spillway.runtime.Deployment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What a run of chaos has come to, on one page.
 *
 * @param exitCodes of sidecars that were told to end, with how often
 * @param namesRefused how often one had to be started again because Kafka held its name against it
 */
record ChaosReport(
        ChaosPlan plan,
        List<Incident> incidents,
        Progress progress,
        Deployment.Count count,
        EpochCounts epochs,
        Map<Integer, Integer> exitCodes,
        int namesRefused) {

    String text() {
        List<String> lines = new ArrayList<>(List.of(
                "Chaos: " + plan.guarantee().configValue() + ", " + plan.policy() + ", group protocol "
                        + plan.protocol() + ", " + (plan.named() ? "with" : "without") + " instance.id",
                "Again: " + plan.command(),
                "",
                "records           %,12d".formatted(count.records()),
                "lost              %,12d".formatted(count.lost()),
                "duplicated        %,12d".formatted(count.duplicated()),
                "epochs committed  %,12d".formatted(epochs.committed()),
                "epochs aborted    %,12d".formatted(epochs.aborted()),
                "longest stall     %12.1f s".formatted(seconds(progress.longestStall())),
                "exit codes of sidecars that were told to end: " + exitCodes,
                "started again, since Kafka held their names against them: " + namesRefused,
                "",
                "%-22s %6s %16s %16s".formatted("fault", "times", "recovery median", "recovery worst")));
        byFault().forEach((fault, times) -> lines.add(row(fault, times)));
        lines.add("");
        lines.add("Recovery is the time from the end of a fault until every partition has moved on.");
        return String.join("\n", lines) + "\n";
    }

    /** Writes it into {@code target/chaos}. */
    Path write() throws IOException {
        Path directory = Files.createDirectories(Path.of("target", "chaos"));
        String name = "%s-%s-%d.txt".formatted(plan.guarantee().configValue(), plan.policy(), plan.seed());
        return Files.writeString(directory.resolve(name), text());
    }

    private Map<Fault, List<Incident>> byFault() {
        return incidents.stream().collect(groupingBy(Incident::fault, TreeMap::new, toList()));
    }

    private String row(Fault fault, List<Incident> times) {
        List<Duration> recoveries = times.stream()
                .map(incident -> progress.recoveryAfter(incident.healedAtNanos()))
                .flatMap(Optional::stream)
                .sorted()
                .toList();
        if (recoveries.size() < times.size()) {
            return "%-22s %6d %35s".formatted(fault, times.size(), "not every time");
        }
        return "%-22s %6d %14.1f s %14.1f s"
                .formatted(
                        fault,
                        times.size(),
                        seconds(recoveries.get(recoveries.size() / 2)),
                        seconds(recoveries.get(recoveries.size() - 1)));
    }

    private static double seconds(Duration duration) {
        return duration.toMillis() / 1000.0;
    }
}
