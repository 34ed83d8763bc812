package dev.spillway.load;

import dev.spillway.flow.CancellationToken;
import dev.spillway.flow.Interruption;
import dev.spillway.flow.Time;
import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.InterruptException;

/**
 * Hands the records of a schedule to the producer when they are due, or as soon after as the producer takes them: it never leaves
 * one out. Runs once, in one thread; the producer's thread reports what became of the records.
 */
public final class Generator {
    /** A record that is handed over later than this after it was due counts as late; less is how exactly threads wake up. */
    public static final Duration TOLERANCE = Duration.ofMillis(10);

    /** How long the records already handed over may take to arrive after somebody has stopped the load. */
    public static final Duration GRACE = Duration.ofSeconds(10);

    private static final long REPORT_NANOS = Duration.ofMillis(200).toNanos();

    private final Producer<byte[], byte[]> producer;
    private final String topic;
    private final Schedule schedule;
    private final RecordSource source;
    private final Time time;
    private final CancellationToken stop;
    private final LoadListener listener;

    private final Deliveries deliveries = new Deliveries();
    private final Lock lock = new ReentrantLock();
    private final Condition due = lock.newCondition();
    private final long startNanos;
    private final long startMillis;
    private long handedOver;
    private long late;
    private long latestNanos;
    private long nextReport = REPORT_NANOS;

    /**
     * The load starts with the construction.
     *
     * @param producer is closed at the end
     * @param stop ends the load before its time
     */
    public Generator(
            Producer<byte[], byte[]> producer,
            String topic,
            Schedule schedule,
            RecordSource source,
            Time time,
            CancellationToken stop,
            LoadListener listener) {
        this.producer = producer;
        this.topic = topic;
        this.schedule = schedule;
        this.source = source;
        this.time = time;
        this.stop = stop;
        this.listener = listener;
        this.startNanos = time.nanoTime();
        this.startMillis = time.currentTimeMillis();
    }

    /**
     * Makes the load, waits until the cluster has answered for every record handed over (for {@link #GRACE} at most when it was
     * stopped) and closes the producer.
     *
     * @throws org.apache.kafka.common.KafkaException when the producer cannot go on; records that failed one by one are counted
     */
    public LoadReport run() {
        try {
            Interruption.during(stop, this::handOverAll);
        } catch (InterruptedException | InterruptException e) {
            // The stop that the token announced.
        } finally {
            close();
        }
        return report();
    }

    private void handOverAll() throws InterruptedException {
        long elapsed = elapsed();
        for (long dueAt = schedule.next(elapsed); dueAt != Schedule.END; dueAt = schedule.next(elapsed)) {
            elapsed = waitUntil(dueAt, elapsed);
            if (stop.isCancelled()) {
                return;
            }
            handOver(dueAt);
            elapsed = elapsed();
            noteLateness(elapsed - dueAt);
            reportWhenDue(elapsed);
        }
    }

    private long waitUntil(long dueAt, long elapsed) throws InterruptedException {
        while (elapsed < dueAt && !stop.isCancelled()) {
            await(Math.min(dueAt, nextReport) - elapsed);
            elapsed = elapsed();
            reportWhenDue(elapsed);
        }
        return elapsed;
    }

    @SuppressWarnings({"WaitNotInLoop", "ThreadPriorityCheck"}) // the loop is in waitUntil
    private void await(long nanos) throws InterruptedException {
        if (nanos <= 0) {
            return;
        }
        lock.lock();
        try {
            time.await(lock, due, nanos);
        } finally {
            lock.unlock();
        }
    }

    /** The record's time stamp is the time at which it was due: what it waited for the producer belongs to its latency. */
    @SuppressWarnings("FutureReturnValueIgnored") // the callback hears the same
    private void handOver(long dueAt) {
        long timestamp = startMillis + dueAt / 1_000_000;
        producer.send(
                new ProducerRecord<>(topic, null, timestamp, source.key(handedOver), source.value(handedOver)),
                deliveries);
        handedOver++;
    }

    private void noteLateness(long nanos) {
        if (!schedule.isPaced()) {
            return;
        }
        latestNanos = Math.max(latestNanos, nanos);
        if (nanos > TOLERANCE.toNanos()) {
            late++;
        }
    }

    private void reportWhenDue(long elapsed) {
        if (elapsed >= nextReport) {
            nextReport = elapsed + REPORT_NANOS;
            listener.progress(report());
        }
    }

    private void close() {
        producer.close(stop.isCancelled() ? GRACE : Duration.ofMillis(Long.MAX_VALUE));
    }

    private LoadReport report() {
        return new LoadReport(
                handedOver,
                deliveries.acknowledged(),
                deliveries.failed(),
                deliveries.firstFailure(),
                late,
                Duration.ofNanos(latestNanos),
                Duration.ofNanos(elapsed()));
    }

    private long elapsed() {
        return time.nanoTime() - startNanos;
    }
}
