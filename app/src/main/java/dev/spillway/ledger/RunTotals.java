package dev.spillway.ledger;

import dev.spillway.ledger.EpochReport.Totals;

/**
 * What a run has come to.
 *
 * @param committed sums over the epochs that were committed
 * @param epochs how many epochs were committed
 * @param aborted how many were aborted
 */
public record RunTotals(Totals committed, long epochs, long aborted) {
    /** Nothing yet. */
    public static final RunTotals ZERO = new RunTotals(Totals.ZERO, 0, 0);

    /** With another epoch that was committed. */
    public RunTotals plusCommitted(EpochReport report) {
        return new RunTotals(committed.plus(report.totals()), epochs + 1, aborted);
    }

    /** With more epochs that were aborted. */
    public RunTotals plusAborted(int count) {
        return new RunTotals(committed, epochs, aborted + count);
    }
}
