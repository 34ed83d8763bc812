package dev.spillway.ledger;

/** The one final outcome of a record. Every record consumed ends in exactly one of them. */
public enum Outcome {
    /** A processor accepted the record; it gave zero or more results. */
    PROCESSED,
    /** The shed policy removed the record before it was processed; it left a tombstone. */
    DROPPED,
    /** Processing failed for good; the record left a dead letter. */
    DEAD_LETTERED
}
