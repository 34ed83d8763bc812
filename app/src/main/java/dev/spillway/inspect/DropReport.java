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
 * @param tables the same records, counted in several ways
 * @param records how many were shed
 * @param inRanges how many of these are told of by tombstones that stand for several, and do not tell keys
 * @param tombstones how many there are, fewer than records where some stand for several
 * @param first when the first of these records was shed; meaningless when there are none
 * @param last when the last one was shed
 * @param strangers records that are no tombstones
 * @param complete whether all was read
 */
public record DropReport(
        String topic,
        List<GroupTable> tables,
        long records,
        long inRanges,
        long tombstones,
        Instant first,
        Instant last,
        long strangers,
        boolean complete) {
    private static final String EOL = System.lineSeparator();

    public DropReport {
        tables = List.copyOf(tables);
    }

    /** Tables for people. */
    public String text() {
        StringBuilder text = new StringBuilder();
        if (tombstones == 0) {
            text.append("nothing was shed, as far as ").append(topic).append(" was read");
        } else {
            text.append(String.format(Locale.ROOT, "shed, as told by %s: %,d, from ", topic, records))
                    .append(Moment.text(first))
                    .append(" to ")
                    .append(Moment.text(last));
        }
        text.append(EOL);
        if (tombstones > 0) {
            shown().forEach(table -> text.append(EOL).append(table.text(records)));
        }
        if (inRanges > 0) {
            text.append(String.format(
                    Locale.ROOT,
                    "Of these, %,d are in tombstones that stand for several records and do not tell their keys: the record"
                            + " at an%noffset is shown with --origin.%n",
                    inRanges));
        }
        if (strangers > 0) {
            text.append(String.format(Locale.ROOT, "(not a tombstone): %,d%n", strangers));
        }
        if (!complete) {
            text.append("stopped before the end: there may be more").append(EOL);
        }
        return text.toString();
    }

    /** One line for programs, with all tables. */
    public String json() {
        ObjectNode object = Json.object();
        object.put("type", "summary");
        object.put("topic", topic);
        object.put("complete", complete);
        object.put("records", records);
        object.put("recordsInRanges", inRanges);
        object.put("tombstones", tombstones);
        object.put("notTombstones", strangers);
        ArrayNode all = object.putArray("tables");
        tables.forEach(table -> table.json(all.addObject(), records));
        return Json.line(object);
    }

    /** For spreadsheets: a line for each group, below the names of the columns. */
    public String csv() {
        StringBuilder csv = new StringBuilder(GroupTable.csvHeader()).append(EOL);
        tables.forEach(table -> table.csv().forEach(line -> csv.append(line).append(EOL)));
        return csv.toString();
    }

    /** A table of stages is in everybody's way who has but one. */
    private List<GroupTable> shown() {
        return tables.stream()
                .filter(table -> tables.size() == 1
                        || table.grouping() != Grouping.STAGE
                        || !table.isTrivial(Tombstone.NO_STAGE))
                .toList();
    }
}
