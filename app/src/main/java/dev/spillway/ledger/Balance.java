package dev.spillway.ledger;

/**
 * One partition's books at one moment.
 *
 * @param firstOffset first offset of the run, -1 when it is empty
 * @param nextOffset the offset behind the run
 * @param fingerprintDifference the fingerprint of what was consumed less that of what was settled; 0 when both are the same
 *     set of records
 */
public record Balance(
        PartitionId partition,
        long firstOffset,
        long nextOffset,
        long consumed,
        long processed,
        long dropped,
        long deadLettered,
        long fingerprintDifference) {

    /** How many records have an outcome. */
    public long settled() {
        return processed + dropped + deadLettered;
    }

    /** Whether every consumed record was settled exactly once, by count and by fingerprint. */
    public boolean isBalanced() {
        return consumed == settled() && fingerprintDifference == 0;
    }

    /** What is wrong, in words for an operator. */
    String explain() {
        long difference = settled() - consumed;
        String what = difference == 0
                ? "the counts agree but the fingerprints do not: a record was settled twice and another one not at all"
                : Math.abs(difference) + (difference < 0 ? " not settled" : " settled more than consumed");
        return partition + " [" + firstOffset + ", " + nextOffset + "): consumed " + consumed + ", processed "
                + processed
                + ", dropped " + dropped + ", dead-lettered " + deadLettered + ": " + what + " (fingerprint difference "
                + Long.toHexString(fingerprintDifference) + ")";
    }
}
