package dev.spillway.processor;

/** One record of a batch. Valid until {@link BatchProcessor#process} returns, in its thread only. */
public interface BatchEntry {
    /** The record. */
    InputRecord record();

    /** Takes the record's results. */
    ProcessorContext context();

    /**
     * Says that this record cannot be processed now, whatever becomes of the others: it is tried again or becomes a dead letter by the
     * rules for what {@link Processor#process} throws. What was forwarded for it is not published. The first failure counts.
     */
    void fail(Exception failure);
}
