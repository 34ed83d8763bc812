package dev.spillway.inspect;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.List;
import java.util.Locale;

/**
 * What was shed.
 *
 * @param topic the drop topic
 * @param grouping what the rows stand for
 * @param rows by count, the largest first; minutes in their order
 * @param tombstones how many there are
 * @param inOtherGroups how many of them are in no row, because there were too many groups
 * @param strangers records that are no tombstones
 * @param complete whether all was read
 */
public record DropReport(
        String topic,
        Grouping grouping,
        List<Row> rows,
        long tombstones,
        long inOtherGroups,
        long strangers,
        boolean complete) {
    private static final int MOST_ROWS = 20;
    private static final int MOST_MINUTES = 60;

    public DropReport {
        rows = List.copyOf(rows);
    }

    /**
     * One group.
     *
     * @param group its printable name
     * @param count tombstones in it
     * @param first when its first record was shed
     * @param last when its last record was shed
     */
    public record Row(String group, long count, Instant first, Instant last) {}

    /** A table for people. */
    public String text() {
        StringBuilder text = new StringBuilder();
        if (tombstones == 0) {
            text.append("nothing was shed, as far as ").append(topic).append(" was read");
        } else {
            text.append(String.format(Locale.ROOT, "shed, as told by %s: %,d", topic, tombstones));
        }
        text.append(System.lineSeparator());
        if (tombstones > 0) {
            text.append(System.lineSeparator()).append(table()).append(rest());
        }
        if (strangers > 0) {
            text.append(String.format(Locale.ROOT, "(not a tombstone): %,d%n", strangers));
        }
        if (!complete) {
            text.append("stopped before the end: there may be more").append(System.lineSeparator());
        }
        return text.toString();
    }

    /** One line for programs. */
    public String json() {
        ObjectNode object = Json.object();
        object.put("type", "summary");
        object.put("topic", topic);
        object.put("by", grouping.title());
        object.put("complete", complete);
        object.put("tombstones", tombstones);
        object.put("notTombstones", strangers);
        ArrayNode groups = object.putArray("groups");
        for (Row row : rows) {
            groups.addObject()
                    .put("group", row.group())
                    .put("count", row.count())
                    .put("share", share(row))
                    .put("first", row.first().toString())
                    .put("last", row.last().toString());
        }
        object.put("inOtherGroups", inOtherGroups);
        return Json.line(object);
    }

    private String table() {
        TextTable table = new TextTable("lrrll");
        table.row(grouping.title(), "records", "share", "first", "last");
        for (Row row : shown()) {
            table.row(
                    row.group(),
                    String.format(Locale.ROOT, "%,d", row.count()),
                    String.format(Locale.ROOT, "%.1f%%", 100 * share(row)),
                    Moment.text(row.first()),
                    Moment.text(row.last()));
        }
        return table.text();
    }

    /** What the table leaves out. */
    private String rest() {
        long left = tombstones - shown().stream().mapToLong(Row::count).sum();
        String others = grouping == Grouping.MINUTE ? "in earlier minutes" : "with other " + grouping.title() + "s";
        return left == 0 ? "" : String.format(Locale.ROOT, "... and %,d records %s%n", left, others);
    }

    private List<Row> shown() {
        return grouping == Grouping.MINUTE
                ? rows.subList(Math.max(0, rows.size() - MOST_MINUTES), rows.size())
                : rows.subList(0, Math.min(MOST_ROWS, rows.size()));
    }

    private double share(Row row) {
        return (double) row.count() / tombstones;
    }
}
