package dev.spillway.processor;

import java.util.List;
import java.util.Map;

/**
 * Work that is done for several records at once, as one request to a service that takes lists, say. Implement it instead of {@link
 * Processor} and name the class in the key {@code processor} in the same way; {@code batch.max.records} and {@code batch.linger.ms} say
 * when a batch closes.
 *
 * <p>One instance serves all workers: {@link #process} is called by many threads at once. It is interrupted when it takes longer than
 * {@code processing.timeout.ms}, and when a shutdown cannot wait any longer.
 */
public interface BatchProcessor extends AutoCloseable {
    /**
     * Called once, before the first batch.
     *
     * @param settings as in {@link Processor#configure}
     * @throws IllegalArgumentException when they cannot work; the message names the key and the remedy
     */
    default void configure(Map<String, String> settings) {}

    /**
     * Processes a batch: forwards the results of each entry through its own context, and {@linkplain BatchEntry#fail fails} entries that
     * cannot be processed. What the others forwarded is published when it returns. When it throws, nothing is published, and
     * each record of the batch is tried again alone: at once after a {@link PermanentFailureException}, otherwise after its back-off. So
     * a record that cannot be processed fails alone.
     *
     * @param batch at least one entry; valid until this returns
     * @throws Exception as {@link Processor#process}, about the batch as a whole
     */
    void process(List<? extends BatchEntry> batch) throws Exception;

    /** Called once, when no batch is being processed any more. */
    @Override
    default void close() {}
}
