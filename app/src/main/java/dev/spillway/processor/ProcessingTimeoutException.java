package dev.spillway.processor;

import java.time.Duration;

/** An attempt took longer than {@code processing.timeout.ms} and was interrupted, or would have waited longer. */
final class ProcessingTimeoutException extends Exception {
    private static final long serialVersionUID = 1L;

    ProcessingTimeoutException(Duration timeout) {
        super("no result within processing.timeout.ms=" + timeout.toMillis());
    }
}
