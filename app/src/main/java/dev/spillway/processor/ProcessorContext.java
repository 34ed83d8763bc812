package dev.spillway.processor;

import dev.spillway.flow.CancellationToken;
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
     * @throws IllegalStateException in another thread than that of {@link Processor#process}
     */
    void forward(byte @Nullable [] value);

    /**
     * Adds a result with the input's headers.
     *
     * @throws PermanentFailureException beyond {@link #MAX_RESULTS} or {@link #MAX_RESULT_BYTES}; the record becomes a dead letter
     *     even if that is caught
     * @throws IllegalStateException in another thread than that of {@link Processor#process}
     */
    void forward(byte @Nullable [] key, byte @Nullable [] value);

    /**
     * Adds a result.
     *
     * @throws PermanentFailureException beyond {@link #MAX_RESULTS} or {@link #MAX_RESULT_BYTES}; the record becomes a dead letter
     *     even if that is caught
     * @throws IllegalStateException in another thread than that of {@link Processor#process}
     */
    void forward(byte @Nullable [] key, byte @Nullable [] value, Headers headers);

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
