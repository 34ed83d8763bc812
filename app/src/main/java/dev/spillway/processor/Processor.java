package dev.spillway.processor;

import java.util.Map;

/**
 * The work that is done for each record. Implement it with a public constructor without parameters and name the class in the key
 * {@code processor}.
 *
 * <p>One instance serves all workers: {@link #process} is called by many threads at once. It is interrupted when it takes longer
 * than {@code processing.timeout.ms}, and when a shutdown cannot wait any longer.
 */
public interface Processor extends AutoCloseable {
    /**
     * Called once, before the first record.
     *
     * @param settings the keys of the configuration that begin with {@code processor.}, without that prefix
     * @throws IllegalArgumentException when they cannot work; the message names the key and the remedy
     */
    default void configure(Map<String, String> settings) {}

    /**
     * Processes one record. What it forwards is published when it returns, and not at all when it throws. It may forward nothing:
     * then the record is processed without a result.
     *
     * @throws PermanentFailureException when trying again cannot help: the record becomes a dead letter at once
     * @throws Exception any other failure: the record is tried again as {@code retry.*} says, then it becomes a dead letter
     */
    void process(InputRecord record, ProcessorContext context) throws Exception;

    /** Called once, when no record is being processed any more. */
    @Override
    default void close() {}
}
