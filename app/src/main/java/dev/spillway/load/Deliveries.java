package dev.spillway.load;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import org.HdrHistogram.Histogram;
import org.apache.kafka.clients.producer.Callback;
import org.jspecify.annotations.Nullable;

/**
 * Counts what the cluster answered, and measures how long after its due time each record was acknowledged: what it waited for a
 * sender or for the producer's buffer is part of that, or a cluster that stands still would spoil one measurement instead of all that
 * it kept waiting.
 *
 * <p>Told by the producer's thread, read by any. The lock guards all fields.
 */
final class Deliveries {
    /** Three digits of each latency are kept: memory for hours in nanoseconds, whatever they are. */
    private static final int DIGITS = 3;

    private final LoadClock clock;
    private final Lock lock = new ReentrantLock();

    @GuardedBy("lock")
    private final Histogram latencies = new Histogram(DIGITS);

    @GuardedBy("lock")
    private long acknowledged;

    @GuardedBy("lock")
    private long failed;

    @GuardedBy("lock")
    private long lastAt;

    @GuardedBy("lock")
    private @Nullable Exception firstFailure;

    Deliveries(LoadClock clock) {
        this.clock = clock;
    }

    /** Is told what becomes of a record that was due at a moment. */
    Callback expect(long due) {
        return (metadata, exception) -> {
            if (exception == null) {
                acknowledge(due);
            } else {
                fail(exception);
            }
        };
    }

    private void acknowledge(long due) {
        long now = clock.elapsed();
        lock.lock();
        try {
            acknowledged++;
            lastAt = now;
            latencies.recordValue(Math.max(0, now - due));
        } finally {
            lock.unlock();
        }
    }

    private void fail(Exception exception) {
        lock.lock();
        try {
            failed++;
            if (firstFailure == null) {
                firstFailure = exception;
            }
        } finally {
            lock.unlock();
        }
    }

    LoadReport.Answers answers() {
        lock.lock();
        try {
            return new LoadReport.Answers(acknowledged, failed, firstFailure, lastAt, Latencies.of(latencies));
        } finally {
            lock.unlock();
        }
    }
}
