package dev.spillway.processor;

import dev.spillway.flow.CancellationToken;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/** What a processor may do besides computing. Valid until {@link Processor#process} returns, in its thread only. */
public interface ProcessorContext {
    /** How many results one record may give at most. */
    int MAX_RESULTS = 10_000;

    /**
     * Adds a result with the input's key and headers.
     *
     * @throws PermanentFailureException beyond {@link #MAX_RESULTS}
     */
    void forward(byte @Nullable [] value);

    /**
     * Adds a result with the input's headers.
     *
     * @throws PermanentFailureException beyond {@link #MAX_RESULTS}
     */
    void forward(byte @Nullable [] key, byte @Nullable [] value);

    /**
     * Adds a result.
     *
     * @throws PermanentFailureException beyond {@link #MAX_RESULTS}
     */
    void forward(byte @Nullable [] key, byte @Nullable [] value, Headers headers);

    /** Cancelled when the work is to end. */
    CancellationToken cancellation();
}
