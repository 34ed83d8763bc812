package dev.spillway.sink;

/** A send that failed, in the meanings that the program acts on. */
public sealed interface SendFailure {
    /** What went wrong. */
    Throwable cause();

    /** This one output can never be written, whatever is tried: its record has to become a dead letter. */
    record Spoiled(Delivery delivery, Throwable cause) implements SendFailure {}

    /** The epoch cannot be published as it is, but its records may be tried again. */
    record Broken(Throwable cause) implements SendFailure {}

    /** Trying again cannot help: not authorised, fenced, a tombstone or dead letter that Kafka refuses. */
    record Fatal(Throwable cause) implements SendFailure {}
}
