package dev.spillway.inspect;

import dev.spillway.flow.Time;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;

/** Waits for transactions to end: for a running sidecar's some milliseconds, for a killed one's up to its time-out. */
final class OpenTransactions {
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
    private static final long NOTICE_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final ClusterView cluster;
    private final Time time;
    private final Duration patience;
    private final ReadProgress progress;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition never = lock.newCondition();

    OpenTransactions(ClusterView cluster, Time time, Duration patience, ReadProgress progress) {
        this.cluster = cluster;
        this.time = time;
        this.patience = patience;
        this.progress = progress;
    }

    /**
     * Returns when no transaction that is open has records below the given offsets.
     *
     * @throws TimeoutException when one stays open for too long
     */
    void awaitEnd(Map<TopicPartition, Long> offsets) throws InterruptedException {
        long start = time.nanoTime();
        boolean noticed = false;
        for (Optional<TopicPartition> open = open(offsets); open.isPresent(); open = open(offsets)) {
            long waited = time.nanoTime() - start;
            if (waited > patience.toNanos()) {
                throw new TimeoutException(
                        "a transaction in " + open.get() + " stays open for more than " + patience.toSeconds() + " s");
            }
            if (waited > NOTICE_NANOS && !noticed) {
                noticed = true;
                progress.waiting("waiting up to " + patience.toSeconds() + " s for an open transaction in " + open.get()
                        + " to end, as after a crash");
            }
            pause();
        }
    }

    private Optional<TopicPartition> open(Map<TopicPartition, Long> offsets) throws InterruptedException {
        Map<TopicPartition, Long> committed = cluster.committedEnds(offsets.keySet());
        return offsets.entrySet().stream()
                .filter(offset -> committed.getOrDefault(offset.getKey(), 0L) < offset.getValue())
                .map(Map.Entry::getKey)
                .findFirst();
    }

    @SuppressWarnings("WaitNotInLoop") // the loop is in awaitEnd
    private void pause() throws InterruptedException {
        lock.lock();
        try {
            time.awaitUntil(lock, never, time.nanoTime() + PAUSE_NANOS);
        } finally {
            lock.unlock();
        }
    }
}
