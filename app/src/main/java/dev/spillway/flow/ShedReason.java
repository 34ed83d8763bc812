package dev.spillway.flow;

/** Why a record was shed; the value of the header {@code spillway.reason} on its tombstone. */
public enum ShedReason {
    /** The queue was full, and the policy let the arriving record go. */
    DROP_NEWEST,
    /** The queue was full, and the policy let the oldest queued record go. */
    DROP_OLDEST
}
