package dev.spillway.processor;

/** Processing this record can never succeed: it becomes a dead letter without a retry. The message goes into its headers. */
public final class PermanentFailureException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public PermanentFailureException(String message) {
        super(message);
    }

    public PermanentFailureException(String message, Throwable cause) {
        super(message, cause);
    }
}
