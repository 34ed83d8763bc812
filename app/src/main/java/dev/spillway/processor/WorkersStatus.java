package dev.spillway.processor;

import dev.spillway.flow.Distribution;
import dev.spillway.ledger.Origin;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the workers are doing at one moment.
 *
 * @param busyNanos the time that all of them together have been busy since the start, what they are at included
 * @param retried how many attempts were made after a record's first one
 * @param retriesWaiting how many records wait for their next attempt, or for the time they asked for
 * @param oldestRetry of those the one that has been here longest; null when none waits
 * @param processing how long attempts at records took
 * @param queued how long they had been queued
 * @param workers one by one, in the order of their names
 */
public record WorkersStatus(
        long busyNanos,
        long retried,
        int retriesWaiting,
        @Nullable InHand oldestRetry,
        Distribution.Counts processing,
        Distribution.Counts queued,
        List<WorkerStatus> workers) {

    /**
     * One of them.
     *
     * @param thread null before it runs
     * @param inHand the record that it is at; null when it is idle
     */
    public record WorkerStatus(
            String name, @Nullable Thread thread, @Nullable InHand inHand) {}

    /**
     * A record in a worker's hands.
     *
     * @param timestamp the record's own, in milliseconds since 1970
     * @param hereNanos how long ago it was queued
     * @param heldNanos for how long the worker has had it, or the batch that it came with; for one that waits for its next attempt,
     *     how long ago it was queued
     */
    public record InHand(Origin origin, long timestamp, long hereNanos, long heldNanos) {}

    /** What the workers of all stages are doing; there is at least one. */
    public static WorkersStatus together(List<WorkersStatus> stages) {
        return stages.stream().reduce(WorkersStatus::plus).orElseThrow();
    }

    private WorkersStatus plus(WorkersStatus others) {
        InHand older = oldestRetry == null
                        || (others.oldestRetry != null && others.oldestRetry.heldNanos() > oldestRetry.heldNanos())
                ? others.oldestRetry
                : oldestRetry;
        List<WorkerStatus> all = new ArrayList<>(workers);
        all.addAll(others.workers);
        return new WorkersStatus(
                busyNanos + others.busyNanos,
                retried + others.retried,
                retriesWaiting + others.retriesWaiting,
                older,
                processing.plus(others.processing),
                queued.plus(others.queued),
                List.copyOf(all));
    }

    /** How many are busy. */
    public int busy() {
        return (int) workers.stream().filter(worker -> worker.inHand() != null).count();
    }
}
