package dev.spillway.intake;

import dev.spillway.ledger.Epoch;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the consumer loop is about, as it last said so: some times a second, unless something keeps it waiting.
 *
 * @param atNanos when it said so, by the monotonic clock
 * @param waiting how many records were polled and wait for room outside the queue
 * @param outstanding how many admitted records have no outcome yet, queued or in flight
 * @param queued how many of those the queue held at that moment
 * @param paused why the partitions are paused; null when they are not
 * @param partitions the assigned ones
 * @param epochs those that are not committed yet, the oldest first
 * @param rebalances how often the group has changed the assignment
 * @param imbalance by how many records the books of an epoch were off; 0 as long as all is well
 */
public record IntakeStatus(
        long atNanos,
        int waiting,
        long outstanding,
        int queued,
        @Nullable PauseReason paused,
        List<PartitionStatus> partitions,
        List<EpochStatus> epochs,
        long rebalances,
        long imbalance) {

    /** Before the first poll. */
    public static final IntakeStatus NONE = new IntakeStatus(0, 0, 0, 0, null, List.of(), List.of(), 0, 0);

    /** Why no records are fetched at the moment. */
    public enum PauseReason {
        /** The queue is full, and the policy sheds nothing. */
        QUEUE_FULL,
        /** What is admitted already has to settle first, so that it fits into one transaction. */
        ADMISSION_LIMITED,
        /** An earlier epoch has to be committed or aborted first: none can be opened before, or Kafka is slow and the open one is full. */
        COMMIT_PENDING,
        /** Nearly all attempts fail: what the processor depends on counts as down. */
        DOWNSTREAM_DOWN,
        /** The sidecar is about to end. */
        DRAINING,
        /** The end of the input, as it was at start, is reached. */
        END_REACHED
    }

    /**
     * One partition.
     *
     * @param uncommitted how many of its offsets were polled and are not committed yet
     * @param lag how many records lie between what is committed and the end of the partition, as the last fetch saw
     *     it or, where it is paused, as the cluster said some seconds ago; -1 when not known
     */
    public record PartitionStatus(String topic, int partition, long uncommitted, long lag) {}

    /**
     * One epoch.
     *
     * @param sinceNanos when it came into this state, by the monotonic clock
     * @param openedAtNanos when its first record came, by the monotonic clock
     */
    public record EpochStatus(
            long number, Epoch.State state, long openedAtNanos, long sinceNanos, long consumed, long outstanding) {}
}
