package dev.spillway.replay;

import dev.spillway.inspect.Label;
import dev.spillway.inspect.Printable;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What became of a replay.
 *
 * @param name the replay's
 * @param source the drop or dead letter topic
 * @param dryRun whether nothing was written
 * @param complete whether it came to its end
 * @param earlier records that runs before have been through
 * @param earlierOfUnknownKey the same, of which only those runs knew whether their keys were chosen
 * @param putBack records put back, or that would be, by topic
 * @param lost records that cannot be put back
 * @param firstLost some of them, each with its reason
 * @param repeated further tombstones or dead letters of the same records
 * @param foreign records of the source that are neither, or are about no input
 * @param failedForGood how many of those put back had failed for good
 */
public record ReplayReport(
        String name,
        String source,
        boolean dryRun,
        boolean complete,
        long earlier,
        long earlierOfUnknownKey,
        Map<String, Long> putBack,
        long lost,
        List<String> firstLost,
        long repeated,
        long foreign,
        long failedForGood) {
    private static final String EOL = System.lineSeparator();

    public ReplayReport {
        putBack = new LinkedHashMap<>(putBack);
        firstLost = List.copyOf(firstLost);
    }

    /** Whether everything that was chosen is back. */
    public boolean isWhole() {
        return complete && lost == 0;
    }

    /** How many records were put back, or would be. */
    public long total() {
        return putBack.values().stream().mapToLong(Long::longValue).sum();
    }

    /** For people. */
    public String text() {
        StringBuilder text =
                new StringBuilder("replay ").append(name).append(" of ").append(source);
        text.append(dryRun ? " (dry run: nothing is written)" : "").append(EOL).append(EOL);
        putBack.forEach((topic, count) -> row(text, (dryRun ? "would go to " : "put back to ") + topic, count));
        if (putBack.isEmpty()) {
            row(text, dryRun ? "would be put back" : "put back", 0);
        }
        rowIfAny(text, "of these failed for good", failedForGood);
        rowIfAny(text, "by earlier runs", earlier);
        rowIfAny(text, "passed by earlier runs", earlierOfUnknownKey);
        rowIfAny(text, "cannot be put back", lost);
        firstLost.forEach(line -> text.append("  ").append(Printable.text(line)).append(EOL));
        if (lost > firstLost.size()) {
            text.append(String.format(Locale.ROOT, "  and %,d more%n", lost - firstLost.size()));
        }
        rowIfAny(text, "of a record met before", repeated);
        rowIfAny(text, "of others, left alone", foreign);
        text.append(EOL).append(verdict()).append(EOL);
        return text.toString();
    }

    private String verdict() {
        if (!complete) {
            return "STOPPED before the end: repeat the command to go on";
        }
        if (lost > 0) {
            return "NOT ALL: some of what was chosen cannot be put back";
        }
        if (total() == 0) {
            return earlier + earlierOfUnknownKey > 0
                    ? "NOTHING TO DO: all of it was put back by earlier runs; another --name would put it back once"
                            + " more"
                    : "NOTHING TO DO: nothing was chosen";
        }
        return dryRun ? "DRY RUN: leave out --dry-run to put them back" : "DONE: each of them was put back once";
    }

    private static void rowIfAny(StringBuilder text, String what, long count) {
        if (count > 0) {
            row(text, what, count);
        }
    }

    private static void row(StringBuilder text, String what, long count) {
        text.append(String.format(Locale.ROOT, "%-32s %,10d%n", Label.text(what), count));
    }
}
