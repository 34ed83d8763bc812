package dev.spillway.intake;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.spillway.flow.Distribution;
import dev.spillway.ledger.EpochReport;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** The epochs that ended last, and how long epochs and commits take. The consumer loop writes; any thread reads. */
public final class EpochHistory {
    private static final int KEPT = 100;

    private final ReentrantLock lock = new ReentrantLock();

    @GuardedBy("lock")
    private final Deque<EndedEpoch> ended = new ArrayDeque<>(KEPT);

    private final Distribution durations = new Distribution();
    private final Distribution commits = new Distribution();

    EpochHistory() {}

    /**
     * An epoch that was committed or aborted.
     *
     * @param endedAtMillis when, in milliseconds since 1970
     * @param lasted from its first record to its end
     * @param committing the part of it that the commit took
     * @param reason why it was aborted; null when it was committed
     */
    public record EndedEpoch(
            EpochReport report,
            long endedAtMillis,
            Duration lasted,
            Duration committing,
            @Nullable String reason) {}

    void add(EndedEpoch epoch) {
        if (epoch.reason() == null) {
            durations.add(epoch.lasted().toNanos());
            commits.add(epoch.committing().toNanos());
        }
        lock.lock();
        try {
            if (ended.size() == KEPT) {
                ended.removeFirst();
            }
            ended.addLast(epoch);
        } finally {
            lock.unlock();
        }
    }

    /** The last hundred, the newest first. */
    public List<EndedEpoch> newest() {
        lock.lock();
        try {
            List<EndedEpoch> newest = new ArrayList<>(ended);
            Collections.reverse(newest);
            return newest;
        } finally {
            lock.unlock();
        }
    }

    /** From the first record to the commit's end, of those that were committed. */
    public Distribution.Counts durations() {
        return durations.counts();
    }

    /** From the balanced books to the broker's confirmation. */
    public Distribution.Counts commits() {
        return commits.counts();
    }
}
