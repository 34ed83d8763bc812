package dev.spillway.inspect;

import dev.spillway.config.SpillwayConfig;
import dev.spillway.flow.CancellationToken;
import dev.spillway.flow.Interruption;
import dev.spillway.flow.Time;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Audits a sidecar by its topics: once, or on and on while it runs. Used by one thread.
 */
public final class AuditReader {
    /** How long a partition's leader may be silent. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** What a transaction may take to end beyond its time-out: the broker looks for those that have passed it now and then. */
    private static final Duration MARGIN = Duration.ofSeconds(30);

    private final AuditRounds rounds;
    private final Time time;
    private final CancellationToken stop;
    private final ReadProgress progress;

    /** What the last whole round has found. */
    private @Nullable AuditReport found;

    AuditReader(
            SpillwayConfig config,
            ReadStart from,
            ClusterView cluster,
            Consumer<byte[], byte[]> consumer,
            Time time,
            CancellationToken stop,
            ReadProgress progress) {
        this.time = time;
        this.stop = stop;
        this.progress = progress;
        this.rounds = new AuditRounds(
                config,
                from,
                cluster,
                consumer,
                new OpenTransactions(cluster, time, patience(config), progress),
                new RangeReader(consumer, time, PATIENCE, stop, progress));
    }

    /**
     * An audit of all that a sidecar's topics have.
     *
     * @param consumer has the group's name, reads what is committed, and never joins
     * @param stop ends reading; nothing is proven then
     */
    public static AuditReader of(
            SpillwayConfig config,
            Admin admin,
            Consumer<byte[], byte[]> consumer,
            Time time,
            CancellationToken stop,
            ReadProgress progress) {
        return of(config, new ReadStart.Beginning(), admin, consumer, time, stop, progress);
    }

    /**
     * An audit of a sidecar's topics from a point.
     *
     * @param from the first input record by its timestamp, or the offsets that are committed now
     * @param consumer has the group's name, reads what is committed, and never joins
     * @param stop ends reading
     */
    public static AuditReader of(
            SpillwayConfig config,
            ReadStart from,
            Admin admin,
            Consumer<byte[], byte[]> consumer,
            Time time,
            CancellationToken stop,
            ReadProgress progress) {
        ClusterView cluster = new AdminView(admin, consumer, patience(config), progress);
        return new AuditReader(config, from, cluster, consumer, time, stop, progress);
    }

    /**
     * Reads up to what is committed now.
     *
     * @return empty when it was stopped
     * @throws TooManyPartsException when memory does not suffice
     * @throws org.apache.kafka.common.KafkaException when the cluster does not answer, or refuses
     */
    public Optional<AuditReport> run() {
        return untilStopped(() -> {
            if (rounds.next()) {
                found = rounds.report();
            }
        });
    }

    /**
     * Goes on reading what the sidecar commits, and forgets what is proven, until it is stopped or finds a fault: what a round finds
     * missing stays missing. A cluster that does not answer for a while is waited for.
     *
     * @param every how long to wait between two rounds
     * @return what all whole rounds have found; empty when it was stopped before the first of them had ended
     * @throws TooManyPartsException when memory does not suffice
     * @throws org.apache.kafka.common.KafkaException when the cluster refuses
     */
    public Optional<AuditReport> follow(Duration every, StretchListener listener) {
        return untilStopped(() -> {
            boolean goOn = true;
            while (goOn && !stop.isCancelled()) {
                goOn = round(listener) && !stop.await(time, every);
            }
        });
    }

    /** Is told of each stretch that was audited. */
    @FunctionalInterface
    public interface StretchListener {
        void stretch(AuditStretch stretch);
    }

    private boolean round(StretchListener listener) throws InterruptedException {
        try {
            if (!rounds.next()) {
                return false;
            }
        } catch (TimeoutException e) {
            progress.waiting("trying again: " + e.getMessage());
            return true;
        }
        AuditReport report = rounds.report();
        AuditStretch stretch =
                new AuditStretch(Instant.ofEpochMilli(time.currentTimeMillis()), Optional.ofNullable(found), report);
        found = report;
        listener.stretch(stretch);
        if (report.isConserved()) {
            rounds.forgetProven();
        }
        return report.isConserved();
    }

    private Optional<AuditReport> untilStopped(Interruption.Work<RuntimeException> work) {
        try {
            Interruption.during(stop, work);
        } catch (InterruptedException | InterruptException e) {
            if (!stop.isCancelled()) {
                Thread.currentThread().interrupt();
            }
        }
        return Optional.ofNullable(found);
    }

    private static Duration patience(SpillwayConfig config) {
        return config.transactionTimeout().plus(MARGIN);
    }
}
