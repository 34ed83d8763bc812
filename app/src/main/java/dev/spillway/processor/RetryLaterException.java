package dev.spillway.processor;

import java.time.Duration;

/**
 * Processing failed, and there is no point in trying again before some time has passed: an overloaded service said so, for example. It
 * counts as one failed attempt like any other. The pause is never shorter than the back-off would be, and never longer than {@code
 * retry.backoff.max.ms}.
 */
public final class RetryLaterException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Duration pause;

    /**
     * Notes the pause.
     *
     * @param pause how long to wait at least, not negative
     */
    public RetryLaterException(String message, Duration pause) {
        super(message);
        if (pause.isNegative()) {
            throw new IllegalArgumentException("pause " + pause);
        }
        this.pause = pause;
    }

    /** How long to wait at least before the next attempt. */
    public Duration pause() {
        return pause;
    }
}
