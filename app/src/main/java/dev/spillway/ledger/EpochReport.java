package dev.spillway.ledger;

import java.util.List;

/**
 * What became of an epoch, partition by partition.
 *
 * @param number the epoch's number in this run, or 0 for a sum over epochs
 * @param balances one row per partition
 */
public record EpochReport(long number, Epoch.State state, List<Balance> balances, Totals totals) {
    /** Sums over partitions. */
    public record Totals(long consumed, long processed, long dropped, long deadLettered) {
        /** Nothing at all. */
        public static final Totals ZERO = new Totals(0, 0, 0, 0);

        /** Whether every consumed record has an outcome. */
        public boolean isConserved() {
            return consumed == processed + dropped + deadLettered;
        }

        /** The sum of both. */
        public Totals plus(Totals other) {
            return new Totals(
                    consumed + other.consumed,
                    processed + other.processed,
                    dropped + other.dropped,
                    deadLettered + other.deadLettered);
        }
    }

    static EpochReport of(long number, Epoch.State state, List<Balance> balances) {
        Totals totals = balances.stream()
                .map(b -> new Totals(b.consumed(), b.processed(), b.dropped(), b.deadLettered()))
                .reduce(Totals.ZERO, Totals::plus);
        return new EpochReport(number, state, List.copyOf(balances), totals);
    }
}
