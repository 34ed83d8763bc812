package dev.spillway.ledger;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * One partition's books within one epoch: a contiguous run of its offsets, and for the consumed side and for each outcome a
 * count and a {@linkplain Fingerprint fingerprint}.
 *
 * <p>Threads: the consumed side ({@link #consume}, {@link #withdraw}, the run's bounds) belongs to the thread that owns the
 * ledger. {@link #settle} may be called by any thread; what it wrote is visible to the owner once {@link Ledger#isJoined()}
 * says so, because a settlement is written to the account before it is added to the ledger's total.
 */
public final class Account {
    private static final int SLOTS = 6;

    private final Ledger ledger;
    private final PartitionId partition;
    private final long seed;

    private long consumedCount;
    private long consumedFingerprint;
    private long firstOffset = -1;
    private long nextOffset = -1;

    /** At an outcome's {@link #slot} its count, behind it its fingerprint. */
    private final AtomicLongArray settled = new AtomicLongArray(SLOTS);

    Account(Ledger ledger, PartitionId partition) {
        this.ledger = ledger;
        this.partition = partition;
        this.seed = Fingerprint.seed(partition);
    }

    public PartitionId partition() {
        return partition;
    }

    /** The first offset of the run, or -1 before there is one. */
    public long firstOffset() {
        return firstOffset;
    }

    /** The offset to commit: where the next owner would continue. -1 before the first record. */
    public long nextOffset() {
        return nextOffset;
    }

    /**
     * Books a polled record. Offsets of one partition must rise; gaps (compaction, transaction markers) are normal.
     *
     * @throws IllegalStateException when the epoch is sealed, or the offset does not lie behind the last one
     */
    public void consume(long offset) {
        ledger.requireOpen();
        if (offset < nextOffset) {
            throw new IllegalStateException(partition + ": offset " + offset + " comes after " + (nextOffset - 1));
        }
        if (firstOffset < 0) {
            firstOffset = offset;
        }
        nextOffset = offset + 1;
        consumedCount++;
        consumedFingerprint += Fingerprint.of(seed, offset);
        ledger.addConsumed(1);
    }

    /**
     * Moves the run's end past offsets that hold no record for us (transaction markers, aborted or compacted records), so
     * that a wholly consumed partition shows no lag.
     */
    public void skipTo(long offset) {
        ledger.requireOpen();
        nextOffset = Math.max(nextOffset, offset);
    }

    /**
     * Takes an untouched record out of the books again and cuts the run below it. The caller withdraws every record of the
     * run that lies above this one, too: a run has no holes. A run that is empty again may begin anywhere.
     *
     * @throws IllegalStateException when the epoch is sealed
     */
    public void withdraw(long offset) {
        ledger.requireOpen();
        consumedCount--;
        consumedFingerprint -= Fingerprint.of(seed, offset);
        if (consumedCount == 0) {
            firstOffset = -1;
            nextOffset = -1;
        } else {
            nextOffset = Math.min(nextOffset, offset);
        }
        ledger.addConsumed(-1);
    }

    /**
     * Books a record's final outcome. Any thread.
     *
     * @throws SettledTwiceException when more has been settled than the sealed epoch consumed
     */
    public void settle(long offset, Outcome outcome) {
        settle(outcome, 1, fingerprint(offset), offset);
    }

    /**
     * Books the same final outcome of several records at once. Any thread.
     *
     * @param count how many
     * @param fingerprint the sum of their {@linkplain #fingerprint fingerprints}
     * @param offset of one of them, to name should there be one too many
     * @throws SettledTwiceException when more has been settled than the sealed epoch consumed
     */
    public void settle(Outcome outcome, long count, long fingerprint, long offset) {
        int slot = slot(outcome);
        settled.getAndAdd(slot, count);
        settled.getAndAdd(slot + 1, fingerprint);
        ledger.addSettled(partition, count, offset);
    }

    /** What the record at an offset adds to the fingerprint of its outcome. Any thread. */
    public long fingerprint(long offset) {
        return Fingerprint.of(seed, offset);
    }

    /** How many records the run holds. */
    public long consumedCount() {
        return consumedCount;
    }

    /** This partition's row of the epoch's report. Exact once the ledger is joined. */
    public Balance balance() {
        long fingerprint = 0;
        for (int slot = 1; slot < SLOTS; slot += 2) {
            fingerprint += settled.get(slot);
        }
        return new Balance(
                partition,
                firstOffset,
                nextOffset,
                consumedCount,
                count(Outcome.PROCESSED),
                count(Outcome.DROPPED),
                count(Outcome.DEAD_LETTERED),
                consumedFingerprint - fingerprint);
    }

    private long count(Outcome outcome) {
        return settled.get(slot(outcome));
    }

    private static int slot(Outcome outcome) {
        return switch (outcome) {
            case PROCESSED -> 0;
            case DROPPED -> 2;
            case DEAD_LETTERED -> 4;
        };
    }
}
