package dev.spillway.sink;

/**
 * How a {@link TransactionalSink} uses transactions.
 *
 * @param keepOrder whether results that are handed over one after the other are written in that order, across epochs
 * @param idsAreOurs whether nobody else can use our transactional ids: then who is fenced has outslept its transaction, which the broker
 *     has ended meanwhile, and goes on with a new producer; otherwise another instance may have taken over
 * @param committed asked for what became of a commit that was answered with an error
 */
public record Transactions(boolean keepOrder, boolean idsAreOurs, CommittedOffsets committed) {
    boolean isFatal(Throwable e) {
        return KafkaErrors.isFatal(e) && !(idsAreOurs && KafkaErrors.isProducerFenced(e));
    }
}
