package dev.spillway.sink;

import java.time.Duration;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Owns one transactional id: begins, commits and aborts its transactions, and translates Kafka's exceptions into the two meanings
 * that matter, "this epoch is aborted" and "nothing will work any more". Not thread-safe but for sends, which go through a {@link
 * Publisher}: the {@link TransactionalSink} sees to it that only one thread at a time calls the rest.
 */
final class TransactionalProducer {
    private static final Logger LOG = LoggerFactory.getLogger(TransactionalProducer.class);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);

    private final Supplier<Producer<byte @Nullable [], byte @Nullable []>> factory;
    private final Predicate<Throwable> isFatal;
    private Producer<byte @Nullable [], byte @Nullable []> producer;

    TransactionalProducer(
            Supplier<Producer<byte @Nullable [], byte @Nullable []>> factory, Predicate<Throwable> isFatal) {
        this.isFatal = isFatal;
        this.factory = factory;
        this.producer = factory.get();
    }

    /** Registers the transactional id; transactions that a predecessor of the same id left open are ended by that. */
    void initialise() {
        producer.initTransactions();
    }

    Producer<byte @Nullable [], byte @Nullable []> begin() {
        producer.beginTransaction();
        return producer;
    }

    /**
     * Commits the transaction with the offsets. When the broker does not answer the same step is tried again, because only an
     * answer tells what became of the transaction.
     *
     * @param goOn asked before each further try
     */
    void commit(Map<TopicPartition, OffsetAndMetadata> offsets, ConsumerGroupMetadata group, BooleanSupplier goOn)
            throws EpochAbortedException {
        try {
            retry(() -> producer.sendOffsetsToTransaction(offsets, group), goOn);
            retry(producer::commitTransaction, goOn);
        } catch (KafkaException | IllegalStateException e) {
            throw translate(e);
        }
    }

    /**
     * Ends the transaction without committing it; a producer that cannot do that any more is replaced. Its successor registers as soon
     * as the broker answers.
     *
     * @param goOn asked before each further try
     */
    void abort(BooleanSupplier goOn) {
        try {
            producer.abortTransaction();
        } catch (KafkaException | IllegalStateException e) {
            if (isFatal.test(e)) {
                throw new SinkException("the transaction could not be aborted", e);
            }
            LOG.debug("replacing a producer that cannot abort its transaction", e);
            close();
            producer = factory.get();
            retry(producer::initTransactions, goOn);
        }
    }

    void close() {
        producer.close(CLOSE_TIMEOUT);
    }

    private static void retry(Runnable step, BooleanSupplier goOn) {
        while (true) {
            try {
                step.run();
                return;
            } catch (TimeoutException e) {
                if (!goOn.getAsBoolean()) {
                    throw e;
                }
                LOG.warn("Kafka does not answer a commit or an abort, trying again: {}", e.getMessage());
            }
        }
    }

    private EpochAbortedException translate(RuntimeException e) {
        if (isFatal.test(e)) {
            throw new SinkException("the transaction could not be committed", e);
        }
        return new EpochAbortedException("the transaction could not be committed: " + e.getMessage(), e);
    }
}
