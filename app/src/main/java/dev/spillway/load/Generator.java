package dev.spillway.load;

import dev.spillway.flow.CancellationToken;
import dev.spillway.flow.Time;
import dev.spillway.flow.WorkerScope;
import dev.spillway.flow.WorkerThreads;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.Producer;

/**
 * Hands the records of a schedule to the producer when they are due, or as soon after as the producer takes them: it never leaves
 * one out. Runs once. The calling thread is the first of the load's threads, and the one that tells the listener; the producer's
 * thread reports what became of the records.
 */
public final class Generator {
    /** A record that is handed over later than this after it was due counts as late; less is how exactly threads wake up. */
    public static final Duration TOLERANCE = Duration.ofMillis(10);

    /** How long the records already handed over may take to arrive after somebody has stopped the load. */
    public static final Duration GRACE = Duration.ofSeconds(10);

    /** A load has an end of its own, or somebody stops it. */
    private static final Duration UNTIL_ITS_END = Duration.ofDays(10_000);

    private final Producer<byte[], byte[]> producer;
    private final CancellationToken stop;
    private final LoadListener listener;
    private final LoadClock clock;
    private final Tickets tickets;
    private final Deliveries deliveries;
    private final List<Sender> senders;

    /**
     * The load starts with the construction.
     *
     * @param producer is closed at the end
     * @param stop ends the load before its time
     */
    public Generator(
            Producer<byte[], byte[]> producer, Load load, Time time, CancellationToken stop, LoadListener listener) {
        this.producer = producer;
        this.stop = stop;
        this.listener = listener;
        this.clock = new LoadClock(time);
        this.tickets = new Tickets(load.schedule());
        this.deliveries = new Deliveries(clock);
        this.senders = IntStream.range(0, load.threads())
                .mapToObj(number ->
                        new Sender(load, tickets, producer, deliveries, clock, number == 0 ? this::tell : () -> {}))
                .toList();
    }

    /**
     * Makes the load, waits until the cluster has answered for every record handed over (for {@link #GRACE} at most when it was
     * stopped) and closes the producer.
     *
     * @throws org.apache.kafka.common.KafkaException when the producer cannot go on; records that failed one by one are counted
     */
    public LoadReport run() {
        try {
            sendAll();
        } finally {
            producer.close(stop.isCancelled() ? GRACE : Duration.ofMillis(Long.MAX_VALUE));
        }
        return report();
    }

    /** A sender that fails cancels the scope's token and so ends the others. */
    private void sendAll() {
        try (WorkerScope scope = new WorkerScope(stop, WorkerThreads.PLATFORM, clock.time())) {
            for (int i = 1; i < senders.size(); i++) {
                scope.fork("load-" + i, senders.get(i)::run);
            }
            senders.get(0).run(scope.token());
            scope.join(UNTIL_ITS_END, GRACE);
            scope.failures().forEach(Generator::rethrow);
        }
    }

    private static void rethrow(Throwable failure) {
        if (failure instanceof Error error) {
            throw error;
        }
        throw failure instanceof RuntimeException exception ? exception : new IllegalStateException(failure);
    }

    private void tell() {
        listener.progress(report());
    }

    private LoadReport report() {
        long elapsed = clock.elapsed();
        return new LoadReport(
                senders.stream().mapToLong(Sender::handedOver).sum(),
                senders.stream().mapToLong(Sender::late).sum(),
                Duration.ofNanos(
                        senders.stream().mapToLong(Sender::latestNanos).max().orElse(0)),
                Duration.ofNanos(elapsed),
                tickets.offer(elapsed),
                deliveries.answers());
    }
}
