package dev.spillway.simulation;

import dev.spillway.simulation.FakeBroker.TransactionState;
import dev.spillway.sink.Delivery;
import dev.spillway.sink.Samples;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.FencedInstanceIdException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.InvalidTxnStateException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TransactionAbortedException;
import org.apache.kafka.common.metrics.KafkaMetric;
import org.jspecify.annotations.Nullable;

/**
 * A producer as Kafka's client behaves: sends wait in an outbox until {@link #deliverNext} takes one to the broker; a send that fails
 * spoils the transaction and what it still holds, or, without transactions, some that are in one batch with it; the calls that wait for the broker give the others a turn, and may find no answer,
 * whether the broker has done its part or not.
 */
final class FakeProducer implements Producer<byte @Nullable [], byte @Nullable []> {
    private final Instance instance;
    private final @Nullable String transactionalId;
    private final FakeBroker broker;
    private final Chance chance;
    private final Deque<Send> outbox = new ArrayDeque<>();
    /** Of a transaction that has failed, too: Kafka's client keeps them for the next one. */
    private final Map<TopicPartition, Long> unsentOffsets = new HashMap<>();

    private int epoch = -1;
    private boolean inTransaction;
    /** Whether the broker has heard of the transaction. */
    private boolean begun;
    /** The broker has committed, but its answer got lost. */
    private boolean committedUnheard;
    /** What spoiled the transaction. */
    private @Nullable RuntimeException error;

    private boolean fenced;
    private boolean closed;

    private record Send(
            ProducerRecord<byte @Nullable [], byte @Nullable []> record,
            Callback callback,
            CompletableFuture<RecordMetadata> future) {}

    FakeProducer(Instance instance, @Nullable String transactionalId, FakeBroker broker, Chance chance) {
        this.instance = instance;
        this.transactionalId = transactionalId;
        this.broker = broker;
        this.chance = chance;
    }

    // ---- what the network does

    boolean hasOutbox() {
        return !outbox.isEmpty();
    }

    /** Deliveries that wait for sends without an answer yet. */
    List<Delivery> unanswered() {
        return outbox.stream()
                .flatMap(send -> Samples.waitingFor(send.callback).stream())
                .toList();
    }

    /** The oldest send reaches the broker, or fails. */
    void deliverNext() {
        Send send = outbox.remove();
        if (transactionalId == null) {
            deliverPlain(send);
        } else if (error != null) {
            fail(send, error);
        } else if (broker.isFenced(transactionalId, epoch)) {
            spoil(send, staleEpoch());
        } else if (isRefused(send)) {
            instance.refused(send.callback);
            spoil(send, new RecordTooLargeException("never"));
        } else if (chance.faultOneIn(60)) {
            spoil(send, chance.oneIn(2) ? new TimeoutException("no answer") : new RecordTooLargeException("too large"));
        } else {
            begun = true;
            broker.append(transactionalId, send.record);
            acknowledge(send);
        }
    }

    private void deliverPlain(Send send) {
        if (isRefused(send)) {
            instance.refused(send.callback);
            fail(send, new InvalidRecordException("never"));
            for (int neighbours = chance.below(6); neighbours > 0 && hasOutbox(); neighbours--) {
                fail(outbox.remove(), new KafkaException("part of a batch with invalid records"));
            }
            return;
        }
        if (chance.faultOneIn(40)) {
            if (chance.oneIn(2)) {
                fail(send, new RecordTooLargeException("too large"));
                return;
            }
            if (chance.oneIn(2)) {
                broker.append(send.record);
            }
            fail(send, new TimeoutException("no answer"));
            return;
        }
        broker.append(send.record);
        acknowledge(send);
    }

    private static boolean isRefused(Send send) {
        byte[] value = send.record.value();
        return value != null
                && send.record.topic().equals(Samples.TOPICS.output())
                && SimulatedWorkers.isRefused(value);
    }

    /** What a killed process has handed to the network may still arrive, in order. */
    void crash() {
        closed = true;
        for (int i = chance.below(outbox.size() + 1); i > 0; i--) {
            Send send = outbox.remove();
            if (isRefused(send)) {
                break;
            } else if (transactionalId == null) {
                broker.append(send.record);
            } else if (error == null && !broker.isFenced(transactionalId, epoch)) {
                broker.append(transactionalId, send.record);
            }
        }
        outbox.clear();
    }

    private void acknowledge(Send send) {
        RecordMetadata metadata = new RecordMetadata(new TopicPartition(send.record.topic(), 0), 0, 0, 0, 0, 0);
        send.callback.onCompletion(metadata, null);
        send.future.complete(metadata);
    }

    private void spoil(Send send, RuntimeException e) {
        error = e;
        fail(send, e);
    }

    private void fail(Send send, RuntimeException e) {
        instance.trace(() -> "send of " + Samples.deliveryOf(send.callback) + " fails: " + e);
        instance.failed(send.callback);
        send.callback.onCompletion(null, e);
        send.future.completeExceptionally(e);
    }

    private RuntimeException staleEpoch() {
        if (chance.oneIn(2)) {
            fenced = true;
            return new ProducerFencedException("fenced");
        }
        return new InvalidProducerEpochException("stale epoch");
    }

    // ---- what the product calls

    @Override
    public void initTransactions() {
        instance.waitForBroker("initTransactions");
        requireOpen();
        if (chance.faultOneIn(50)) {
            throw new TimeoutException("initTransactions: no answer");
        }
        epoch = broker.register(id());
        instance.waitForBroker("initTransactions");
    }

    @Override
    public void beginTransaction() {
        instance.requireAlive();
        requireOpen();
        throwIfSpoiled();
        if (epoch < 0 || inTransaction) {
            throw new IllegalStateException("beginTransaction: epoch " + epoch + ", inTransaction " + inTransaction);
        }
        inTransaction = true;
    }

    @Override
    public Future<RecordMetadata> send(
            ProducerRecord<byte @Nullable [], byte @Nullable []> record, @Nullable Callback callback) {
        instance.requireAlive();
        if (callback == null) {
            throw new UnsupportedOperationException("a send that nobody asks about");
        }
        instance.sending(record, callback);
        requireOpen();
        throwIfSpoiled();
        if (transactionalId != null && !inTransaction) {
            throw new IllegalStateException("no transaction");
        }
        Send send = new Send(record, callback, new CompletableFuture<>());
        if (chance.faultOneIn(200)) {
            // The client itself refuses, for want of memory or metadata.
            RuntimeException e = new TimeoutException("max.block.ms has passed");
            if (transactionalId != null) {
                error = e;
            }
            fail(send, e);
        } else {
            instance.sent(callback);
            outbox.add(send);
        }
        return send.future;
    }

    @Override
    public void sendOffsetsToTransaction(
            Map<TopicPartition, OffsetAndMetadata> offsets, ConsumerGroupMetadata groupMetadata) {
        instance.waitForBroker("sendOffsetsToTransaction");
        requireOpen();
        throwIfSpoiled();
        if (!inTransaction) {
            throw new IllegalStateException("no transaction");
        }
        offsets.forEach((partition, offset) -> unsentOffsets.put(partition, offset.offset()));
        loseAnswer("sendOffsetsToTransaction");
        if (broker.isFenced(id(), epoch)) {
            throw spoiledBy(staleEpoch());
        }
        if (!broker.group.admits(groupMetadata.memberId(), groupMetadata.generationId())) {
            throw spoiledBy(
                    chance.oneIn(2) // as of a member with a name
                            ? new FencedInstanceIdException("not the member")
                            : new CommitFailedException("not the generation"));
        }
        begun = true;
        broker.addOffsets(id(), Map.copyOf(unsentOffsets));
        unsentOffsets.clear();
        loseAnswer("sendOffsetsToTransaction");
        instance.waitForBroker("sendOffsetsToTransaction");
    }

    @Override
    public void commitTransaction() {
        instance.waitForBroker("commitTransaction");
        requireOpen();
        if (committedUnheard) {
            committedUnheard = false;
            if (chance.faultOneIn(
                    2)) { // as by a coordinator that has taken over and does not know that it was asked before
                throw spoiledBy(new InvalidTxnStateException("committed already"));
            }
            return;
        }
        if (!inTransaction) {
            throw new IllegalStateException("no transaction");
        }
        throwIfSpoiled();
        while (!outbox.isEmpty()) {
            deliverNext();
            if (chance.oneIn(4)) {
                instance.waitForBroker("commitTransaction");
            }
            throwIfSpoiled();
        }
        loseAnswer("commitTransaction");
        if (begun) {
            if (broker.isFenced(id(), epoch)) {
                fenced = true;
                throw spoiledBy(new ProducerFencedException("fenced"));
            }
            broker.endTransaction(id(), TransactionState.COMMITTED);
        }
        inTransaction = false;
        begun = false;
        if (chance.faultOneIn(12)) {
            committedUnheard = true;
            throw new TimeoutException("commitTransaction: no answer");
        }
        instance.waitForBroker("commitTransaction");
    }

    @Override
    public void abortTransaction() {
        instance.waitForBroker("abortTransaction");
        requireOpen();
        if (fenced) {
            throw spoiledBy(new ProducerFencedException("fenced"));
        }
        if (!inTransaction) {
            throw new IllegalStateException("no transaction");
        }
        failOutbox();
        if (chance.faultOneIn(12)) {
            throw new TimeoutException("abortTransaction: no answer");
        }
        if (begun) {
            if (broker.isFenced(id(), epoch)) {
                throw spoiledBy(staleEpoch());
            }
            broker.endTransaction(id(), TransactionState.ABORTED);
        }
        inTransaction = false;
        begun = false;
        error = null;
        instance.waitForBroker("abortTransaction");
    }

    @Override
    public void close(Duration timeout) {
        instance.requireAlive();
        if (closed) {
            return;
        }
        if (transactionalId == null) {
            while (!outbox.isEmpty() && !chance.faultOneIn(10)) {
                deliverNext();
            }
        } else if (begun && !broker.isFenced(transactionalId, epoch) && !chance.faultOneIn(4)) {
            broker.endTransaction(transactionalId, TransactionState.ABORTED);
        }
        failOutbox();
        closed = true;
    }

    @Override
    public void close() {
        close(Duration.ZERO);
    }

    private void failOutbox() {
        while (!outbox.isEmpty()) {
            fail(outbox.remove(), new TransactionAbortedException());
        }
    }

    private void loseAnswer(String call) {
        if (chance.faultOneIn(25)) {
            throw new TimeoutException(call + ": no answer");
        }
    }

    private RuntimeException spoiledBy(RuntimeException e) {
        error = e;
        return e;
    }

    private void throwIfSpoiled() {
        RuntimeException e = error;
        if (e != null && fenced) {
            throw new ProducerFencedException("fenced");
        }
        if (e != null) {
            throw new KafkaException("a previous request has failed", e);
        }
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("the producer has been closed");
        }
    }

    private String id() {
        if (transactionalId == null) {
            throw new IllegalStateException("no transactional id");
        }
        return transactionalId;
    }

    /** A worker waits until all has been answered. */
    @Override
    public void flush() {
        while (!outbox.isEmpty()) {
            deliverNext();
        }
    }

    // ---- what it does not call

    @Override
    public Future<RecordMetadata> send(ProducerRecord<byte @Nullable [], byte @Nullable []> record) {
        throw new UnsupportedOperationException();
    }

    @Override
    public List<PartitionInfo> partitionsFor(String topic) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Map<MetricName, ? extends Metric> metrics() {
        throw new UnsupportedOperationException();
    }

    @Override
    public Uuid clientInstanceId(Duration timeout) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void registerMetricForSubscription(KafkaMetric metric) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void unregisterMetricFromSubscription(KafkaMetric metric) {
        throw new UnsupportedOperationException();
    }
}
