package dev.spillway.inspect;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.spillway.ledger.Origin;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The audit's report for programs. Names and their order are a promise; new ones may be added. */
final class AuditJson {
    private AuditJson() {}

    static String line(AuditReport report) {
        ObjectNode object = Json.object();
        object.put("application", report.application());
        object.put("guarantee", report.guarantee().configValue());
        object.put("conserved", report.isConserved());
        object.put("committed", report.isCommitted());
        counts(object.putObject("total"), report.total()).put("unexpected", report.unexpected());
        ArrayNode partitions = object.putArray("partitions");
        report.partitions().forEach(partition -> partition(partitions.addObject(), partition));
        origins(object.putArray("firstMissing"), report.firstMissing());
        origins(object.putArray("firstDuplicated"), report.firstDuplicated());
        origins(object.putArray("firstUnexpected"), report.firstUnexpected());
        object.put("foreign", report.foreign());
        ArrayNode notes = object.putArray("notes");
        report.notes().forEach(notes::add);
        return Json.line(object);
    }

    private static void partition(ObjectNode object, PartitionAudit partition) {
        object.put("topic", partition.partition().topic());
        object.put("partition", partition.partition().number());
        object.put("start", partition.start());
        if (partition.isCommitted()) {
            object.put("committed", partition.committed());
        } else {
            object.putNull("committed");
        }
        counts(object, partition);
        object.put("firstRecordAt", at(partition, partition.times().first()));
        object.put("lastRecordAt", at(partition, partition.times().last()));
    }

    private static @Nullable String at(PartitionAudit partition, long millis) {
        return partition.times().isEmpty() ? null : Moment.text(Instant.ofEpochMilli(millis));
    }

    static ObjectNode counts(ObjectNode object, PartitionAudit counts) {
        return object.put("input", counts.input())
                .put("processed", counts.processed())
                .put("dropped", counts.dropped())
                .put("deadLettered", counts.deadLettered())
                .put("missing", counts.missing())
                .put("incomplete", counts.incomplete())
                .put("duplicated", counts.duplicated())
                .put("unexpected", counts.unexpected())
                .put("noLongerInInput", counts.removed())
                .put("newer", counts.newer());
    }

    private static void origins(ArrayNode array, List<Origin> origins) {
        origins.forEach(origin -> array.add(origin.toString()));
    }
}
