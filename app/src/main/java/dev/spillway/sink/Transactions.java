package dev.spillway.sink;

import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;

/**
 * How a {@link TransactionalSink} uses transactions.
 *
 * @param keepOrder whether results that are handed over one after the other are written in that order, across epochs
 * @param isTakenOver asked when a producer is fenced, may block: whether another one is in the group under our name. Otherwise the broker
 *     has ended a transaction that took too long, and it goes on with a new producer
 * @param committed asked for what became of a commit that was answered with an error
 */
public record Transactions(
        boolean keepOrder, Predicate<ConsumerGroupMetadata> isTakenOver, CommittedOffsets committed) {
    /** Whether no further try can mend it; for who is fenced that has to be asked. */
    static boolean isFatal(Throwable e) {
        return KafkaErrors.isFatal(e) && !KafkaErrors.isProducerFenced(e);
    }
}
