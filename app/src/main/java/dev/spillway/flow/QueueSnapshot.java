package dev.spillway.flow;

import java.util.Map;

/**
 * The state of a {@link ShedQueue} at one moment, taken under its lock. At every moment {@code admitted == depth + taken +
 * evicted + withdrawn}.
 *
 * @param capacity in records, as configured
 * @param capacityBytes in bytes, as configured
 * @param limit the effective capacity in records: the capacity, or less where admission is limited
 * @param depth records queued
 * @param parked records that were taken and wait to be handed out again; they count against the limit
 * @param bytes the weight of those that are queued, in bytes
 * @param parkedBytes the weight of those that are parked, in bytes; they count against the capacity, too
 * @param highWaterMark the largest depth so far
 * @param admitted how many arrivals entered the queue
 * @param taken how many left it to a taker
 * @param evicted how many were shed after they had entered
 * @param withdrawn how many left it by {@link ShedQueue#removeIf}
 * @param shed how many were shed by reason, evicted ones included
 */
public record QueueSnapshot(
        int capacity,
        long capacityBytes,
        int limit,
        int depth,
        int parked,
        long bytes,
        long parkedBytes,
        int highWaterMark,
        long admitted,
        long taken,
        long evicted,
        long withdrawn,
        Map<ShedReason, Long> shed) {

    /** Records that count against the limit: queued or parked. */
    public int held() {
        return depth + parked;
    }

    /** Their weight, which counts against the capacity, in bytes. */
    public long heldBytes() {
        return bytes + parkedBytes;
    }
}
