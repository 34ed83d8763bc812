package dev.spillway.processor;

import dev.spillway.flow.CancellationToken;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * What a processor may do besides computing. Valid until {@link Processor#process} returns, in its thread only. What is forwarded is
 * not copied, and published later, together with the results of other records: do not write to it afterwards.
 */
public interface ProcessorContext {
    /** How many results one record may give at most. */
    int MAX_RESULTS = 10_000;

    /** How many bytes the keys and values of the results of one record may have at most, all together: 32 MiB. */
    long MAX_RESULT_BYTES = 32 * 1024 * 1024;

    /**
     * Adds a result with the input's key and headers.
     *
     * @throws PermanentFailureException beyond {@link #MAX_RESULTS} or {@link #MAX_RESULT_BYTES}; the record becomes a dead letter
     *     even if that is caught
     * @throws IllegalStateException in another thread than that of {@link Processor#process}, or after {@link #resumeAfter}
     */
    void forward(byte @Nullable [] value);

    /**
     * Adds a result with the input's headers.
     *
     * @throws PermanentFailureException beyond {@link #MAX_RESULTS} or {@link #MAX_RESULT_BYTES}; the record becomes a dead letter
     *     even if that is caught
     * @throws IllegalStateException in another thread than that of {@link Processor#process}, or after {@link #resumeAfter}
     */
    void forward(byte @Nullable [] key, byte @Nullable [] value);

    /**
     * Adds a result.
     *
     * @throws PermanentFailureException beyond {@link #MAX_RESULTS} or {@link #MAX_RESULT_BYTES}; the record becomes a dead letter
     *     even if that is caught
     * @throws IllegalStateException in another thread than that of {@link Processor#process}, or after {@link #resumeAfter}
     */
    void forward(byte @Nullable [] key, byte @Nullable [] value, Headers headers);

    /**
     * Lets the record wait: {@link Processor#process} is called for it once more when so much time has passed, by any worker, as part of
     * the same attempt. Meanwhile the record keeps its place in the epoch and in its order and counts against the queue's capacity, and
     * holds neither worker nor thread. It takes effect when {@code process} returns, and comes to nothing when it throws.
     *
     * @param pause how long at least, more than 0
     * @throws Exception when the record would have waited longer than {@code processing.timeout.ms} by then, all pauses of the attempt
     *     together: the attempt has failed, even if that is caught
     * @throws IllegalStateException when something was forwarded already, or in another thread than that of {@link Processor#process}
     */
    void resumeAfter(Duration pause) throws Exception;

    /** For how long the record has waited since the attempt first asked for that; zero until then. */
    Duration paused();

    /** Cancelled when the work is to end. */
    CancellationToken cancellation();

    /**
     * Runs work that only computes in the pool for that, which has as many platform threads as there are cores, and waits for it.
     * However many records compute, those that wait for something else still get a core when they need one.
     *
     * @return what the work returns
     * @throws InterruptedException when the attempt is interrupted; the work is interrupted then, too
     * @throws Exception what the work throws
     */
    <T extends @Nullable Object> T cpuBound(Callable<T> work) throws Exception;

    /** For what the processor has to say; named after its class. */
    Logger logger();
}
