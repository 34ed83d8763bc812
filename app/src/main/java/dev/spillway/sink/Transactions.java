package dev.spillway.sink;

/**
 * How a {@link TransactionalSink} uses transactions.
 *
 * @param keepOrder whether results that are handed over one after the other are written in that order, across epochs
 * @param takeOver asked when a producer is fenced: unless another one has our name it goes on with a new producer
 * @param committed asked for what became of a commit that was answered with an error
 */
public record Transactions(boolean keepOrder, TakeOver takeOver, CommittedOffsets committed) {
    /** Whether no further try can mend it; for who is fenced that has to be asked. */
    static boolean isFatal(Throwable e) {
        return KafkaErrors.isFatal(e) && !KafkaErrors.isProducerFenced(e);
    }
}
