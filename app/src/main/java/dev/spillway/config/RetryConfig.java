package dev.spillway.config;

import java.time.Duration;

/**
 * How often and how long one record is tried.
 *
 * @param maxRetries attempts after the first
 * @param backoff the longest pause before the first retry; it doubles with each
 * @param backoffMax the longest pause before any retry
 * @param timeout the longest that one attempt may take
 */
public record RetryConfig(int maxRetries, Duration backoff, Duration backoffMax, Duration timeout) {
    private static final Duration SHORTEST_TRANSACTION = Duration.ofSeconds(10);
    private static final Duration MARGIN = Duration.ofSeconds(5);

    /**
     * The longest pause before a retry.
     *
     * @param retry 1 for the first
     */
    public Duration backoffBefore(int retry) {
        if (backoff.isZero()) {
            return backoff;
        }
        int doublings = Math.min(retry - 1, 30);
        long millis =
                backoff.toMillis() > (Long.MAX_VALUE >> doublings) ? Long.MAX_VALUE : backoff.toMillis() << doublings;
        return Duration.ofMillis(Math.min(millis, backoffMax.toMillis()));
    }

    /** The longest that one record may take: all attempts, and before each retry the longest pause that a processor may ask for. */
    public Duration longestProcessing() {
        return timeout.multipliedBy(maxRetries + 1L).plus(backoffMax.multipliedBy(maxRetries));
    }

    /**
     * A transaction time-out that one record cannot exceed even where it began after a third of it: that third is what
     * admission leaves to the queue. Never below 10 s.
     */
    static Duration transactionTimeoutFor(Duration longestProcessing) {
        Duration derived = longestProcessing.multipliedBy(3).dividedBy(2).plus(MARGIN);
        return derived.compareTo(SHORTEST_TRANSACTION) < 0 ? SHORTEST_TRANSACTION : derived;
    }
}
