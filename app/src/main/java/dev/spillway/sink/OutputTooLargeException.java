package dev.spillway.sink;

/** A result that Kafka would refuse for its size; its record becomes a dead letter. */
public final class OutputTooLargeException extends Exception {
    private static final long serialVersionUID = 1L;

    OutputTooLargeException(String message) {
        super(message);
    }
}
