package dev.spillway.inspect;

import dev.spillway.ledger.PartitionId;

/**
 * What the audit found of one input partition. {@code input == processed + dropped + deadLettered + missing}, as every record
 * counts with its first outcome.
 *
 * @param partition the input partition
 * @param start its first offset
 * @param committed the group's committed offset, or {@link InputRange#NOTHING}
 * @param input records from the start to the committed offset
 * @param processed records with results
 * @param dropped records with a tombstone
 * @param deadLettered records with a dead letter
 * @param missing records without an outcome
 * @param incomplete how many of these have some parts of their results, not all
 * @param duplicated records with more than one outcome
 * @param unexpected outcomes of what is not in the input
 * @param removed outcomes of records that the input no longer has
 * @param newer outcomes at or beyond the committed offset that are no fault
 * @param times when these records were written
 */
public record PartitionAudit(
        PartitionId partition,
        long start,
        long committed,
        long input,
        long processed,
        long dropped,
        long deadLettered,
        long missing,
        long incomplete,
        long duplicated,
        long unexpected,
        long removed,
        long newer,
        RecordTimes times) {

    boolean isCommitted() {
        return committed != InputRange.NOTHING;
    }

    /** How many records retention removed before the group had committed them. */
    long lostToRetention() {
        return isCommitted() ? Math.max(0, start - committed) : 0;
    }

    PartitionAudit plus(PartitionAudit other) {
        return new PartitionAudit(
                partition,
                start,
                committed,
                input + other.input,
                processed + other.processed,
                dropped + other.dropped,
                deadLettered + other.deadLettered,
                missing + other.missing,
                incomplete + other.incomplete,
                duplicated + other.duplicated,
                unexpected + other.unexpected,
                removed + other.removed,
                newer + other.newer,
                times.and(other.times));
    }
}
