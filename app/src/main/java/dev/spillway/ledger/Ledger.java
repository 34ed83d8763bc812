package dev.spillway.ledger;

import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The books of one epoch: consumed against settled, one {@link Account} per partition. Memory is O(partitions).
 *
 * <p>Threads: one thread owns the ledger (opens accounts, consumes, seals, checks); any thread settles. The owner learns from
 * {@link #isJoined()} that everything settled so far is visible to it: {@link #settledTotal} is written last by who settles
 * and read first by who checks.
 */
public final class Ledger {
    private static final long OPEN = Long.MAX_VALUE;

    private final Map<PartitionId, Account> accounts = new TreeMap<>();
    private final Runnable onJoined;

    private long consumedTotal;
    private final AtomicLong settledTotal = new AtomicLong();

    /** How many settlements the sealed epoch waits for; {@link #OPEN} before. */
    private volatile long target = OPEN;

    /**
     * Opens the books.
     *
     * @param onJoined called by the thread whose settlement was the last one that a sealed epoch waited for; must not block
     */
    public Ledger(Runnable onJoined) {
        this.onJoined = onJoined;
    }

    /** The account of a partition, opened when it is asked for the first time. */
    public Account account(PartitionId partition) {
        return accounts.computeIfAbsent(partition, p -> new Account(this, p));
    }

    /** All accounts, ordered by topic and partition. */
    public Collection<Account> accounts() {
        return Collections.unmodifiableCollection(accounts.values());
    }

    /** How many records have been consumed and not withdrawn. */
    public long consumed() {
        return consumedTotal;
    }

    /** How many settlements have been booked. Any thread. */
    public long settled() {
        return settledTotal.get();
    }

    /** From now on no record joins the epoch and none leaves it; the outcomes of those that it holds may still come. */
    public void seal() {
        requireOpen();
        target = consumedTotal;
    }

    /** Whether the epoch is sealed and as many settlements came as it holds records. Says nothing yet about which ones. */
    public boolean isJoined() {
        return settledTotal.get() >= target;
    }

    /** The partitions whose books do not balance; empty when the epoch may commit. Call it once joined. */
    public List<Balance> imbalances() {
        return accounts.values().stream()
                .map(Account::balance)
                .filter(balance -> !balance.isBalanced())
                .toList();
    }

    void requireOpen() {
        if (target != OPEN) {
            throw new IllegalStateException("the epoch is sealed");
        }
    }

    void addConsumed(long count) {
        consumedTotal += count;
    }

    void addSettled(PartitionId partition, long count, long offset) {
        long total = settledTotal.addAndGet(count);
        long awaited = target;
        if (total > awaited) {
            throw new SettledTwiceException(new Origin(partition.topic(), partition.number(), offset));
        }
        if (total == awaited) {
            onJoined.run();
        }
    }
}
