package dev.spillway.replay;

import dev.spillway.sink.KafkaErrors;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.InvalidTxnStateException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.jspecify.annotations.Nullable;

/**
 * Owns the transactional id of a replay's name: whoever registers it last is the only one that can commit, so of two replays with one
 * name the older stops. Used by one thread; the producer's thread reports what it could not send.
 */
public final class ReplayTransactions {
    private final Producer<byte @Nullable [], byte @Nullable []> producer;
    private final ConsumerGroupMetadata group;

    /**
     * @param producer transactional, with the replay's own id; the caller closes it
     * @param consumer has the name of the group under which progress is committed; nobody joins it
     */
    public ReplayTransactions(
            Producer<byte @Nullable [], byte @Nullable []> producer, Consumer<byte[], byte[]> consumer) {
        this.producer = producer;
        this.group = consumer.groupMetadata();
    }

    /** Registers the id: what a predecessor left open is aborted, and one that still runs cannot commit any more. */
    public void initialise() {
        producer.initTransactions();
    }

    /**
     * Writes the records, and commits how far the replay has come with them: all of it, or nothing.
     *
     * @return the places of those that Kafka refuses for good, because of what they are. If there are any, nothing is written
     * @throws ReplayRefusedException when another replay of the same name has begun
     * @throws KafkaException when the cluster does not answer, or refuses; nothing is written then as far as is known, and a
     *     repetition finds out
     */
    Set<Integer> write(
            List<ProducerRecord<byte @Nullable [], byte @Nullable []>> records,
            Map<TopicPartition, OffsetAndMetadata> progress) {
        try {
            producer.beginTransaction();
            Set<Integer> refused = send(records);
            if (refused.isEmpty()) {
                producer.sendOffsetsToTransaction(progress, group);
                producer.commitTransaction();
            } else {
                producer.abortTransaction();
            }
            return refused;
        } catch (KafkaException e) {
            if (isEndedByAnother(e)) {
                throw ReplayRefusedException.takenOver();
            }
            throw e;
        }
    }

    private Set<Integer> send(List<ProducerRecord<byte @Nullable [], byte @Nullable []>> records) {
        Set<Integer> refused = new HashSet<>();
        ConcurrentLinkedQueue<Failure> failures = new ConcurrentLinkedQueue<>();
        for (int i = 0; i < records.size() && failures.isEmpty(); i++) {
            send(records.get(i), i, failures);
        }
        producer.flush();
        List<Failure> others = new ArrayList<>();
        for (Failure failure : failures) {
            if (KafkaErrors.isAboutTheRecord(failure.cause())) {
                refused.add(failure.index());
            } else {
                others.add(failure);
            }
        }
        if (refused.isEmpty() && !others.isEmpty()) {
            throw others.get(0).asException();
        }
        return refused;
    }

    @SuppressWarnings("FutureReturnValueIgnored") // the callback hears the same
    private void send(
            ProducerRecord<byte @Nullable [], byte @Nullable []> record,
            int index,
            ConcurrentLinkedQueue<Failure> failures) {
        try {
            producer.send(record, (metadata, failure) -> {
                if (failure != null) {
                    failures.add(new Failure(index, failure));
                }
            });
        } catch (KafkaException e) {
            // An earlier record has spoiled the transaction, and has told its own reason.
            failures.add(new Failure(index, e));
        }
    }

    /**
     * Whether our transaction was ended by somebody else: by a successor, or by the broker for the time that it took. A partition that checks
     * a batch before the end is marked in it, and writes the batch after, knows of no transaction: that is not yet a fence to it.
     */
    private static boolean isEndedByAnother(Throwable e) {
        for (Throwable t = e; t != null; t = t.getCause()) {
            if (t instanceof ProducerFencedException
                    || t instanceof InvalidProducerEpochException
                    || t instanceof InvalidTxnStateException) {
                return true;
            }
        }
        return false;
    }

    private record Failure(int index, Exception cause) {
        private KafkaException asException() {
            return cause instanceof KafkaException e ? e : new KafkaException(cause);
        }
    }
}
