package dev.spillway.runtime;

import dev.spillway.flow.JoinReport;
import dev.spillway.ledger.RunTotals;
import org.jspecify.annotations.Nullable;

/**
 * How a run ended.
 *
 * @param policy the shed policy's name
 * @param totals what was committed
 * @param workers how the workers ended
 * @param settled whether everything that was consumed is committed
 * @param failure what ended the run, if it was an error
 */
public record ExitReport(
        String policy,
        RunTotals totals,
        JoinReport workers,
        boolean settled,
        @Nullable Throwable failure) {

    /** Whether the books balance and nothing had to be aborted at the end. */
    public boolean isConserved() {
        return failure == null
                && settled
                && workers.isClean()
                && totals.committed().isConserved();
    }

    /** The report for people: one row per outcome and one for the workers, then the verdict. */
    public String render() {
        var sums = totals.committed();
        StringBuilder text = new StringBuilder();
        text.append(String.format("%n%-15s %15s%n", "policy", policy));
        row(text, "consumed", sums.consumed());
        row(text, "processed", sums.processed());
        row(text, "dropped", sums.dropped());
        row(text, "dead-lettered", sums.deadLettered());
        text.append(String.format(
                "%-15s %15s   (%,d joined, %,d aborted)%n",
                "workers",
                String.format("%,d", workers.joined() + workers.aborted()),
                workers.joined(),
                workers.aborted()));
        text.append(String.format(
                "%-15s %15s   (%,d committed, %,d aborted)%n",
                "epochs", String.format("%,d", totals.epochs() + totals.aborted()), totals.epochs(), totals.aborted()));
        text.append(String.format("%-15s %15s   %s%n", "conserved", isConserved() ? "yes" : "NO", verdict()));
        return text.toString();
    }

    private String verdict() {
        if (isConserved()) {
            return "consumed == processed + dropped + dead-lettered";
        }
        return "what was not committed stays with Kafka and will be delivered again";
    }

    private static void row(StringBuilder text, String name, long count) {
        text.append(String.format("%-15s %,15d%n", name, count));
    }
}
