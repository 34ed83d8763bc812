package dev.spillway.sink;

/** Kafka did not take what the sidecar had to give, and trying again here cannot help. */
public final class SinkException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public SinkException(String message, Throwable cause) {
        super(message, cause);
    }
}
