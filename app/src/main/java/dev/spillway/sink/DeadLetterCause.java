package dev.spillway.sink;

/** What kind of failure made a record a dead letter: few enough to count each. The header says it in words. */
public enum DeadLetterCause {
    /** The processor said that trying again is of no use. */
    PERMANENT_FAILURE,
    /** It failed as often as {@code retry.max.retries} allows. */
    RETRIES_EXHAUSTED,
    /** So it did, and the last attempt took longer than {@code processing.timeout.ms}. */
    TIMED_OUT,
    /** It is larger than the queue may ever be. */
    TOO_LARGE,
    /** Kafka refused its result. */
    REFUSED
}
