package dev.spillway.inspect;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;

/**
 * Shed records in groups.
 *
 * @param grouping what the rows stand for
 * @param rows by count, the largest first; times in their order
 * @param elsewhere how many are in no row
 * @param error by how much a row's count may be too high, at most
 * @param mostGroups how many groups were told apart
 */
public record GroupTable(Grouping grouping, List<Row> rows, long elsewhere, long error, int mostGroups) {
    private static final int MOST_ROWS = 20;
    private static final int MOST_MINUTES = 60;
    private static final int BAR = 40;

    public GroupTable {
        rows = List.copyOf(rows);
    }

    /**
     * One group.
     *
     * @param group its printable name
     * @param count records in it, never too low
     * @param error by how much the count may be too high
     * @param first when its first record was shed, as far as it was told apart; of a time, its beginning
     * @param last when its last record was shed; of a time, its end
     */
    public record Row(String group, long count, long error, Instant first, Instant last) {}

    /** Whether there is but one group, which says that there are none. */
    boolean isTrivial(String nothing) {
        return rows.size() == 1 && rows.get(0).group().equals(nothing);
    }

    /** A table for people. */
    String text(long records) {
        return grouping == Grouping.TIME ? histogram() : table(records) + rest(records) + bound();
    }

    void json(ObjectNode object, long records) {
        object.put("by", grouping.title());
        ArrayNode groups = object.putArray("groups");
        for (Row row : rows) {
            ObjectNode group = groups.addObject()
                    .put("group", row.group())
                    .put("count", row.count())
                    .put("share", share(row, records))
                    .put("first", row.first().toString())
                    .put("last", row.last().toString());
            if (error > 0) {
                group.put("mayBeTooHighBy", row.error());
            }
        }
        object.put("inOtherGroups", elsewhere);
    }

    /** What the columns of {@link #csv} are. */
    static String csvHeader() {
        return Csv.line("by", "group", "count", "mayBeTooHighBy", "first", "last");
    }

    List<String> csv() {
        return rows.stream()
                .map(row -> Csv.line(
                        grouping.title(),
                        row.group(),
                        Long.toString(row.count()),
                        Long.toString(row.error()),
                        row.first().toString(),
                        row.last().toString()))
                .toList();
    }

    private String histogram() {
        long most = rows.stream().mapToLong(Row::count).max().orElse(1);
        TextTable table = new TextTable("lrl");
        table.row("from (UTC)", "records", "");
        for (Row row : rows) {
            int bar = (int) Math.ceil(BAR * (double) row.count() / most);
            table.row(row.group(), number(row.count()), "#".repeat(bar));
        }
        return table.text() + "a row is " + step() + System.lineSeparator();
    }

    private String step() {
        return rows.stream()
                .filter(row -> !row.group().equals(TimeHistogram.EARLIER)
                        && !row.group().equals(TimeHistogram.LATER))
                .findFirst()
                .map(row -> stepText(Duration.between(row.first(), row.last()).toSeconds()))
                .orElse("empty");
    }

    private static String stepText(long seconds) {
        if (seconds % 86_400 == 0) {
            return seconds / 86_400 + " d";
        }
        return seconds % 3600 == 0 ? seconds / 3600 + " h" : seconds % 60 == 0 ? seconds / 60 + " min" : seconds + " s";
    }

    private String table(long records) {
        boolean exact = error == 0;
        TextTable table = new TextTable(exact ? "lrrll" : "lrrrll");
        table.row(
                exact
                        ? new String[] {grouping.title(), "records", "share", "first", "last"}
                        : new String[] {grouping.title(), "records", "too high by", "share", "first", "last"});
        for (Row row : shown()) {
            String share = String.format(Locale.ROOT, "%.1f%%", 100 * share(row, records));
            String first = Moment.text(row.first());
            String last = Moment.text(row.last());
            table.row(
                    exact
                            ? new String[] {row.group(), number(row.count()), share, first, last}
                            : new String[] {row.group(), number(row.count()), error(row), share, first, last});
        }
        return table.text();
    }

    private static String error(Row row) {
        return row.error() == 0 ? "0" : "<= " + number(row.error());
    }

    /** What the table leaves out. */
    private String rest(long records) {
        long left = records - shown().stream().mapToLong(Row::count).sum();
        String others = grouping == Grouping.MINUTE ? "in earlier minutes" : "with other " + grouping.plural();
        return left == 0 ? "" : String.format(Locale.ROOT, "... and %,d records %s%n", left, others);
    }

    private String bound() {
        return error == 0
                ? ""
                : String.format(
                        Locale.ROOT,
                        "There are more than %,d %s, and no more are counted at a time: a count may be too high by"
                                + " what stands%nbeside it, %,d at most, and whatever was shed more often than that has"
                                + " a count.%n",
                        mostGroups,
                        grouping.plural(),
                        error);
    }

    private List<Row> shown() {
        return grouping == Grouping.MINUTE
                ? rows.subList(Math.max(0, rows.size() - MOST_MINUTES), rows.size())
                : rows.subList(0, Math.min(MOST_ROWS, rows.size()));
    }

    private static double share(Row row, long records) {
        return (double) row.count() / records;
    }

    private static String number(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }
}
