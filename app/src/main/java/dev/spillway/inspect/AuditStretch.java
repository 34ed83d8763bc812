package dev.spillway.inspect;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What an audit that goes on has found since it looked last.
 *
 * @param at when it was found
 * @param before all that was found before; empty the first time
 * @param after all that is found now
 */
public record AuditStretch(Instant at, Optional<AuditReport> before, AuditReport after) {
    /** More partitions than that are not named in a line for people. */
    private static final int FEW = 4;

    /** Whether there is nothing to tell. */
    public boolean isEmpty() {
        return input() == 0 && after.isConserved();
    }

    /** One line for people. */
    public String text() {
        PartitionAudit all = after.total();
        return String.format(
                Locale.ROOT,
                "%s  %s  %,d more (%,d processed, %,d dropped, %,d dead-lettered), %,d in all, %s",
                Moment.text(at),
                after.isConserved() ? "proven" : "FAULT ",
                input(),
                all.processed() - old().map(PartitionAudit::processed).orElse(0L),
                all.dropped() - old().map(PartitionAudit::dropped).orElse(0L),
                all.deadLettered() - old().map(PartitionAudit::deadLettered).orElse(0L),
                all.input(),
                where());
    }

    /** One line for programs. */
    public String json() {
        ObjectNode object = Json.object();
        object.put("type", "stretch");
        object.put("at", at.toString());
        object.put("conserved", after.isConserved());
        object.put("input", input());
        object.put("inAll", after.total().input());
        ArrayNode partitions = object.putArray("partitions");
        for (PartitionAudit partition : after.partitions()) {
            Optional<PartitionAudit> old = old(partition);
            partitions
                    .addObject()
                    .put("topic", partition.partition().topic())
                    .put("partition", partition.partition().number())
                    .put(
                            "from",
                            old.filter(PartitionAudit::isCommitted)
                                    .map(PartitionAudit::committed)
                                    .orElse(partition.start()))
                    .put("to", partition.isCommitted() ? partition.committed() : partition.start())
                    .put(
                            "input",
                            partition.input() - old.map(PartitionAudit::input).orElse(0L))
                    .put(
                            "processed",
                            partition.processed()
                                    - old.map(PartitionAudit::processed).orElse(0L))
                    .put(
                            "dropped",
                            partition.dropped()
                                    - old.map(PartitionAudit::dropped).orElse(0L))
                    .put(
                            "deadLettered",
                            partition.deadLettered()
                                    - old.map(PartitionAudit::deadLettered).orElse(0L));
        }
        return Json.line(object);
    }

    private long input() {
        return after.total().input() - old().map(PartitionAudit::input).orElse(0L);
    }

    private String where() {
        List<PartitionAudit> moved = after.partitions().stream()
                .filter(partition -> partition.input()
                        > old(partition).map(PartitionAudit::input).orElse(0L))
                .toList();
        return moved.size() > FEW
                ? "in " + moved.size() + " partitions"
                : "up to "
                        + moved.stream()
                                .map(partition -> partition.partition() + "@" + partition.committed())
                                .collect(Collectors.joining(" "));
    }

    private Optional<PartitionAudit> old() {
        return before.map(AuditReport::total);
    }

    private Optional<PartitionAudit> old(PartitionAudit now) {
        return before.flatMap(report -> report.partitions().stream()
                .filter(partition -> partition.partition().equals(now.partition()))
                .findFirst());
    }
}
