package dev.spillway.sink;

import dev.spillway.flow.Time;
import dev.spillway.ledger.Ledger;
import java.util.List;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/** Deliveries of one open epoch, for tests of those who settle them. */
public final class DeliveryLine {
    private final Ledger ledger = new Ledger(() -> {});
    private final SpoiledOrigins spoiled = new SpoiledOrigins();
    private final WatchfulProducer producer = new WatchfulProducer();
    private final Publisher publisher;
    private long nextOffset;

    /** Notices an interrupt that would disturb it. */
    private static final class WatchfulProducer extends MockProducer<byte @Nullable [], byte @Nullable []> {
        private volatile boolean interrupted;

        WatchfulProducer() {
            super(true, null, new ByteArraySerializer(), new ByteArraySerializer());
        }

        @Override
        public synchronized Future<RecordMetadata> send(
                ProducerRecord<byte @Nullable [], byte @Nullable []> record, Callback callback) {
            interrupted |= Thread.currentThread().isInterrupted();
            return super.send(record, callback);
        }
    }

    public DeliveryLine(Time time) {
        publisher = new Publisher(
                producer,
                Samples.outputs(time),
                spoiled,
                Publisher.Settlement.WHEN_SENT,
                new Settlements(time),
                false,
                KafkaErrors::isFatal,
                () -> {});
    }

    /** The next record, admitted. */
    public Delivery next() {
        return Samples.admitted(Samples.record(Samples.IN, nextOffset++), ledger, publisher);
    }

    /** The next record, with this value. */
    public Delivery next(byte @Nullable [] value) {
        return Samples.admitted(
                Samples.record(Samples.IN, nextOffset++, Samples.bytes("key"), value, new RecordHeaders()),
                ledger,
                publisher);
    }

    /** Aborts the epoch. */
    public void abort() {
        publisher.close();
    }

    /** Notes that Kafka refused a result of this record. */
    public void spoil(Delivery delivery, Exception cause) {
        spoiled.remember(delivery.origin(), cause);
    }

    public SpoiledOrigins spoiled() {
        return spoiled;
    }

    public Ledger ledger() {
        return ledger;
    }

    public List<ProducerRecord<byte @Nullable [], byte @Nullable []>> sent() {
        return producer.history();
    }

    public boolean wasInterruptedWhileSending() {
        return producer.interrupted;
    }
}
