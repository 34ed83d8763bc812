package dev.spillway.sink;

import dev.spillway.flow.Time;
import java.time.Duration;
import java.util.Map;
import java.util.function.BooleanSupplier;
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
    /** Between two tries to resolve the brokers' names, which may fail at once. */
    private static final Duration PAUSE = Duration.ofSeconds(2);

    private final Supplier<Producer<byte @Nullable [], byte @Nullable []>> factory;
    private final Transactions transactions;
    private final Supplier<@Nullable ConsumerGroupMetadata> member;
    private final Time time;
    private Producer<byte @Nullable [], byte @Nullable []> producer;
    /** From the beginning of a transaction until it is known how it has ended. */
    private boolean inTransaction;

    /**
     * Whether offsets were handed to Kafka's client in a transaction that has not been committed. What it could not send of them it keeps
     * beyond the transaction's end, and sends along with those of the next one.
     */
    private boolean mayHoldOffsets;

    /** Whether a commit has failed in a way that leaves the id to somebody else, or to nobody: no successor registers then. */
    private boolean atItsEnd;

    /**
     * Owns the id that the factory's producers have.
     *
     * @param member who we are in the group; null before it has taken us in
     */
    TransactionalProducer(
            Supplier<Producer<byte @Nullable [], byte @Nullable []>> factory,
            Transactions transactions,
            Supplier<@Nullable ConsumerGroupMetadata> member,
            Time time) {
        this.member = member;
        this.time = time;
        this.transactions = transactions;
        this.factory = factory;
        this.producer = factory.get();
    }

    /**
     * Registers the transactional id; transactions that a predecessor of the same id left open are ended by that.
     *
     * @param goOn asked before each further try
     */
    void initialise(BooleanSupplier goOn) {
        retry(producer::initTransactions, goOn);
    }

    Producer<byte @Nullable [], byte @Nullable []> begin() {
        producer.beginTransaction();
        inTransaction = true;
        return producer;
    }

    /**
     * Commits the transaction with the offsets. When the broker does not answer the same step is tried again, because only an
     * answer tells what became of the transaction; and an answer that the commit has failed is not believed before the committed
     * offsets say the same.
     *
     * @param goOn asked before each further try
     */
    void commit(Map<TopicPartition, OffsetAndMetadata> offsets, ConsumerGroupMetadata group, BooleanSupplier goOn)
            throws EpochAbortedException {
        mayHoldOffsets = true;
        try {
            retry(() -> producer.sendOffsetsToTransaction(offsets, group), goOn);
        } catch (KafkaException | IllegalStateException e) {
            throw translate(e, goOn);
        }
        try {
            retry(producer::commitTransaction, goOn);
        } catch (KafkaException | IllegalStateException e) {
            EpochAbortedException failure = translate(e, goOn);
            if (!goOn.getAsBoolean() || !isCommittedAllTheSame(offsets, goOn, failure)) {
                throw failure;
            }
            LOG.info("Kafka answered a commit with \"{}\", and has committed: going on", e.getMessage());
        }
        inTransaction = false;
        mayHoldOffsets = false;
    }

    /**
     * Whether a commit that failed was made. An error tells what the client makes of an answer, or of the lack of one; rewinding an epoch
     * that is committed would have readers see it twice. Nothing can be decided any more once a new producer has registered our id.
     */
    private boolean isCommittedAllTheSame(
            Map<TopicPartition, OffsetAndMetadata> offsets, BooleanSupplier goOn, EpochAbortedException failure)
            throws EpochAbortedException {
        try {
            replace(goOn);
            Map<TopicPartition, Long> actual =
                    ask(() -> transactions.committed().of(offsets.keySet()), goOn);
            return offsets.entrySet().stream()
                    .allMatch(entry -> actual.getOrDefault(entry.getKey(), 0L)
                            >= entry.getValue().offset());
        } catch (TimeoutException noAnswerUntilTheEnd) {
            failure.addSuppressed(noAnswerUntilTheEnd);
            throw failure;
        } catch (KafkaException e) {
            throw new SinkException("what became of a commit could not be learnt", e);
        }
    }

    /**
     * Ends the transaction without committing it, unless it is over; a producer that cannot do that any more, or may hold offsets, is
     * replaced. Its successor registers as soon as the broker answers. At the end of a run there is none: closing ends the transaction.
     *
     * @param goOn asked before each further try
     */
    void abort(BooleanSupplier goOn) {
        if (!inTransaction || atItsEnd) {
            return;
        }
        if (mayHoldOffsets) {
            if (goOn.getAsBoolean()) {
                replace(goOn);
            }
            return;
        }
        try {
            producer.abortTransaction();
            inTransaction = false;
        } catch (KafkaException | IllegalStateException e) {
            if (isTheEnd(e, goOn)) {
                throw new SinkException("the transaction could not be aborted", e);
            }
            LOG.debug("replacing a producer that cannot abort its transaction", e);
            replace(goOn);
        }
    }

    /** Puts a new producer in the place of this one, which ends its transaction: as it was decided, or without a commit. */
    private void replace(BooleanSupplier goOn) {
        close();
        producer = ask(this::successor, goOn);
        retry(producer::initTransactions, goOn);
        inTransaction = false;
        mayHoldOffsets = false;
    }

    /** Kafka's client resolves the brokers' names when it is made. While a network is away, or all brokers are, nobody may know them. */
    private Producer<byte @Nullable [], byte @Nullable []> successor() {
        try {
            return factory.get();
        } catch (KafkaException e) {
            if (!KafkaErrors.isUnresolvable(e)) {
                throw e;
            }
            KafkaPause.of(PAUSE, time);
            throw new TimeoutException("no name of a broker can be resolved", e);
        }
    }

    void close() {
        producer.close(CLOSE_TIMEOUT);
    }

    /** Whether no new producer can help. One that registers while another instance is at work would put that one out of work. */
    private boolean isTheEnd(RuntimeException e, BooleanSupplier goOn) {
        return Transactions.isFatal(e) || (KafkaErrors.isProducerFenced(e) && isTakenOver(e, goOn));
    }

    private boolean isTakenOver(RuntimeException fenced, BooleanSupplier goOn) {
        try {
            return ask(() -> transactions.takeOver().hasHappened(member, goOn), goOn);
        } catch (KafkaException e) {
            fenced.addSuppressed(e);
            return true;
        }
    }

    private static void retry(Runnable step, BooleanSupplier goOn) {
        boolean unused = ask(
                () -> {
                    step.run();
                    return true;
                },
                goOn);
    }

    private static <T> T ask(Supplier<T> question, BooleanSupplier goOn) {
        while (true) {
            try {
                return question.get();
            } catch (TimeoutException e) {
                if (!goOn.getAsBoolean()) {
                    throw e;
                }
                LOG.warn("Kafka does not answer a call about a transaction, trying again: {}", e.getMessage());
            }
        }
    }

    private EpochAbortedException translate(RuntimeException e, BooleanSupplier goOn) {
        if (isTheEnd(e, goOn)) {
            atItsEnd = true;
            throw new SinkException("the transaction could not be committed", e);
        }
        return new EpochAbortedException("the transaction could not be committed: " + e.getMessage(), e);
    }
}
