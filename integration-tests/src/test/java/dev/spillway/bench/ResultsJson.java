package dev.spillway.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;

/** Results for programs: every value of every round. */
final class ResultsJson {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private ResultsJson() {}

    static String of(Map<String, String> machine, List<Results> all) {
        ObjectNode root = MAPPER.createObjectNode();
        machine.forEach(root.putObject("machine")::put);
        ArrayNode benchmarks = root.putArray("benchmarks");
        all.forEach(results -> write(results, benchmarks.addObject()));
        return root.toPrettyString();
    }

    private static void write(Results results, ObjectNode into) {
        into.put("name", results.name());
        into.put("title", results.title());
        into.put("leading", results.leading().name());
        into.put("baseline", results.baseline());
        ArrayNode rows = into.putArray("rows");
        results.rows().forEach(row -> write(results, row, rows.addObject()));
    }

    private static void write(Results results, Row row, ObjectNode into) {
        into.put("case", row.situation());
        into.put("arm", row.arm());
        results.ratio(row).ifPresent(ratio -> into.put("ratio", ratio));
        ObjectNode figures = into.putObject("figures");
        for (Metric metric : row.metrics()) {
            row.series(metric).ifPresent(series -> write(series, figures.putObject(metric.name())));
        }
        row.failures().forEach(into.withArray("/failures")::add);
    }

    private static void write(Series series, ObjectNode into) {
        into.put("median", series.median());
        into.put("min", series.min());
        into.put("max", series.max());
        series.values().forEach(into.putArray("values")::add);
    }
}
