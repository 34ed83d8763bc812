package dev.spillway.load;

import dev.spillway.flow.CancellationToken;
import dev.spillway.flow.Interruption;
import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.InterruptException;

/**
 * Takes one ticket after the other, waits until it is due, and hands its record to the producer. For one thread, which tells its
 * {@code beat} now and then how things are; the others' counts are read by any.
 */
final class Sender {
    private static final long BEAT_NANOS = Duration.ofMillis(200).toNanos();

    private final Load load;
    private final Tickets tickets;
    private final Producer<byte[], byte[]> producer;
    private final Deliveries deliveries;
    private final LoadClock clock;
    private final Runnable beat;

    private final Lock lock = new ReentrantLock();
    private final Condition due = lock.newCondition();
    private long nextBeat = BEAT_NANOS;

    // Written by the sender's thread alone.
    private volatile long handedOver;
    private volatile long late;
    private volatile long latestNanos;

    /** @param beat is run a few times a second, also while nothing is due */
    Sender(
            Load load,
            Tickets tickets,
            Producer<byte[], byte[]> producer,
            Deliveries deliveries,
            LoadClock clock,
            Runnable beat) {
        this.load = load;
        this.tickets = tickets;
        this.producer = producer;
        this.deliveries = deliveries;
        this.clock = clock;
        this.beat = beat;
    }

    long handedOver() {
        return handedOver;
    }

    long late() {
        return late;
    }

    long latestNanos() {
        return latestNanos;
    }

    /** Sends until no ticket is left or the token is cancelled. */
    void run(CancellationToken stop) {
        try {
            Interruption.during(stop, () -> sendAll(stop));
        } catch (InterruptedException | InterruptException e) {
            // The stop that the token announced.
        }
    }

    private void sendAll(CancellationToken stop) throws InterruptedException {
        long elapsed = clock.elapsed();
        for (Tickets.Ticket ticket = tickets.next(elapsed); ticket != null; ticket = tickets.next(elapsed)) {
            waitUntil(ticket.due(), elapsed, stop);
            if (stop.isCancelled()) {
                return;
            }
            handOver(ticket);
            elapsed = clock.elapsed();
            noteLateness(elapsed - ticket.due());
            beatWhenDue(elapsed);
        }
    }

    private void waitUntil(long dueAt, long now, CancellationToken stop) throws InterruptedException {
        long elapsed = now;
        while (elapsed < dueAt && !stop.isCancelled()) {
            awaitUntil(Math.min(dueAt, nextBeat));
            elapsed = clock.elapsed();
            beatWhenDue(elapsed);
        }
    }

    @SuppressWarnings({"WaitNotInLoop", "ThreadPriorityCheck"}) // the loop is in waitUntil
    private void awaitUntil(long elapsed) throws InterruptedException {
        lock.lock();
        try {
            clock.awaitUntil(lock, due, elapsed);
        } finally {
            lock.unlock();
        }
    }

    /** The record's time stamp is the time at which it was due: what it waited for the producer belongs to its age. */
    @SuppressWarnings({"FutureReturnValueIgnored", "NonAtomicVolatileUpdate"
    }) // the callback hears the same; one writer
    private void handOver(Tickets.Ticket ticket) {
        long number = ticket.record();
        producer.send(
                new ProducerRecord<>(
                        load.topic(),
                        null,
                        clock.timestamp(ticket.due()),
                        load.source().key(number),
                        load.source().value(number),
                        load.source().headers(number)),
                deliveries.expect(ticket.due()));
        handedOver++;
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // one writer
    private void noteLateness(long nanos) {
        if (!load.schedule().isPaced()) {
            return;
        }
        latestNanos = Math.max(latestNanos, nanos);
        if (nanos > Generator.TOLERANCE.toNanos()) {
            late++;
        }
    }

    private void beatWhenDue(long elapsed) {
        if (elapsed >= nextBeat) {
            nextBeat = elapsed + BEAT_NANOS;
            beat.run();
        }
    }
}
