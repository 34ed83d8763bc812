package dev.spillway.runtime;

/** Kafka does not offer what the configuration needs. The message is one sentence that names the cause and the remedy. */
public final class StartupException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    StartupException(String message) {
        super(message);
    }

    StartupException(String message, Throwable cause) {
        super(message, cause);
    }
}
