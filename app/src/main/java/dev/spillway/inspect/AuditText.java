package dev.spillway.inspect;

import dev.spillway.config.Guarantee;
import dev.spillway.ledger.Origin;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The audit's report for people. */
final class AuditText {
    private static final String EOL = System.lineSeparator();
    private static final int WIDTH = 80;

    private final AuditReport report;
    private final PartitionAudit total;

    AuditText(AuditReport report) {
        this.report = report;
        this.total = report.total();
    }

    String text() {
        StringBuilder text = new StringBuilder();
        text.append("audit of ").append(report.application());
        text.append(" (")
                .append(report.guarantee().configValue())
                .append("), up to its committed offsets")
                .append(EOL);
        text.append(EOL).append(table()).append(EOL).append(stretches());
        appendIfAny(text, examples());
        appendIfAny(text, besides());
        text.append(EOL).append(verdict()).append(EOL);
        return text.toString();
    }

    private String table() {
        boolean unexpected = report.unexpected() > 0;
        TextTable table = new TextTable("lrrrrrrr");
        table.row(row(
                unexpected,
                "partition",
                "input",
                "processed",
                "dropped",
                "dead-lettered",
                "missing",
                "duplicated",
                "unexpected"));
        for (PartitionAudit partition : report.partitions()) {
            table.row(row(unexpected, partition.partition().toString(), partition));
        }
        if (report.partitions().size() > 1) {
            table.row(row(unexpected, "total", total));
        }
        return table.text();
    }

    /** From where to where: offsets, and the times at which these records were written. */
    private String stretches() {
        TextTable table = new TextTable("lrrll");
        table.row("partition", "from", "up to", "first written", "last written");
        for (PartitionAudit partition : report.partitions()) {
            RecordTimes times = partition.times();
            table.row(
                    partition.partition().toString(),
                    partition.isCommitted() ? number(partition.start()) : "-",
                    partition.isCommitted() ? number(partition.committed()) : "-",
                    times.isEmpty() ? "-" : Moment.second(Instant.ofEpochMilli(times.first())),
                    times.isEmpty() ? "-" : Moment.second(Instant.ofEpochMilli(times.last())));
        }
        return table.text();
    }

    private String[] row(boolean unexpected, String name, PartitionAudit p) {
        if (!p.isCommitted()) {
            return row(unexpected, name, "-", "-", "-", "-", "-", "-", number(p.unexpected()));
        }
        return row(
                unexpected,
                name,
                number(p.input()),
                number(p.processed()),
                number(p.dropped()),
                number(p.deadLettered()),
                number(p.missing()),
                number(p.duplicated()),
                number(name.equals("total") ? report.unexpected() : p.unexpected()));
    }

    /** The last column is there only when it says something: without it the table fits into 80 columns. */
    private static String[] row(boolean unexpected, String... cells) {
        return unexpected ? cells : List.of(cells).subList(0, cells.length - 1).toArray(String[]::new);
    }

    private List<String> examples() {
        List<String> lines = new ArrayList<>();
        example(lines, "missing", report.firstMissing(), total.missing());
        example(lines, "duplicated", report.firstDuplicated(), total.duplicated());
        example(lines, "unexpected", report.firstUnexpected(), report.unexpected());
        return lines;
    }

    private static void example(List<String> lines, String name, List<Origin> first, long all) {
        if (all == 0) {
            return;
        }
        StringBuilder line = new StringBuilder(String.format("%-11s", name));
        for (Origin origin : first) {
            String word = Printable.text(origin.toString());
            if (line.length() + 1 + word.length() > WIDTH) {
                lines.add(line.toString());
                line.setLength(0);
                line.append(" ".repeat(11));
            }
            line.append(' ').append(word);
        }
        lines.add(line.toString());
        if (all > first.size()) {
            lines.add(" ".repeat(12) + "and " + number(all - first.size()) + " more");
        }
    }

    /** What was found beside the records that are audited. */
    private List<String> besides() {
        List<String> lines = new ArrayList<>();
        if (!report.isCommitted()) {
            lines.add(uncommitted());
        }
        count(lines, total.incomplete(), "of the missing have some parts of their results, not all");
        count(
                lines,
                total.removed(),
                "outcomes of records that are no longer in the input, or lie before the start of this audit");
        count(lines, total.newer(), "outcomes at or beyond the committed offsets, where work goes on");
        count(lines, report.foreign(), "foreign records in the output topics, without an origin in the input topics");
        lines.addAll(report.notes());
        return lines;
    }

    private static void count(List<String> lines, long count, String what) {
        if (count > 0) {
            lines.add(number(count) + " " + what);
        }
    }

    private String verdict() {
        if (!report.isConserved()) {
            return "NOT CONSERVED: " + String.join(", ", faults());
        }
        if (!report.isCommitted()) {
            return "NOTHING TO AUDIT: no input record is committed";
        }
        return report.guarantee() == Guarantee.EXACTLY_ONCE_V2
                ? "CONSERVED: each of " + number(total.input()) + " input records has exactly one outcome"
                : "CONSERVED: each of " + number(total.input()) + " input records has an outcome"
                        + (total.duplicated() > 0 ? ", " + number(total.duplicated()) + " more than one" : "");
    }

    private String uncommitted() {
        return "the group " + report.application() + " has not committed an offset of the input yet";
    }

    private List<String> faults() {
        List<String> faults = new ArrayList<>();
        count(faults, total.missing(), "missing");
        count(faults, total.duplicated(), "duplicated");
        count(faults, report.unexpected(), "unexpected");
        return faults;
    }

    private static void appendIfAny(StringBuilder text, List<String> lines) {
        if (!lines.isEmpty()) {
            text.append(EOL);
            lines.forEach(line -> text.append(line).append(EOL));
        }
    }

    private static String number(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }
}
