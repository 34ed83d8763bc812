package dev.spillway.sink;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.spillway.config.Tombstones;
import dev.spillway.config.TopicsConfig;
import dev.spillway.flow.ShedReason;
import dev.spillway.flow.Time;
import dev.spillway.ledger.Ledger;
import dev.spillway.ledger.PartitionId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/** Records, producers and deliveries for tests. */
public final class Samples {
    /** Whether the publisher's epoch will be aborted for a send that failed. */
    public static boolean isDoomed(Publisher publisher) {
        return publisher.isDoomed();
    }

    /** Whose send a callback belongs to. */
    public static Delivery deliveryOf(Callback callback) {
        return ((Publisher.Sent) callback).delivery();
    }

    /** What waits for this send, among others, before it is settled. */
    public static List<Delivery> waitingFor(Callback callback) {
        return ((Publisher.Sent) callback).settledTogether();
    }

    public static final TopicPartition IN = new TopicPartition("in", 0);
    public static final TopicsConfig TOPICS =
            new TopicsConfig(List.of("in"), "out", "drops", "dead-letters", null, false);
    public static final ConsumerGroupMetadata GROUP = new MockConsumer<>("earliest").groupMetadata();
    public static final int MEGABYTE = 1024 * 1024;

    private Samples() {}

    public static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    public static ConsumerRecord<byte @Nullable [], byte @Nullable []> record(TopicPartition partition, long offset) {
        return record(partition, offset, bytes("key"), bytes("value"), new RecordHeaders());
    }

    public static ConsumerRecord<byte @Nullable [], byte @Nullable []> record(
            TopicPartition partition, long offset, byte @Nullable [] key, byte @Nullable [] value, Headers headers) {
        return new ConsumerRecord<>(
                partition.topic(),
                partition.partition(),
                offset,
                0L,
                TimestampType.CREATE_TIME,
                key == null ? -1 : key.length,
                value == null ? -1 : value.length,
                key,
                value,
                headers,
                Optional.empty());
    }

    /** A producer that acknowledges at once, or when told to. */
    public static MockProducer<byte @Nullable [], byte @Nullable []> producer(boolean acknowledgesAtOnce) {
        return new MockProducer<>(acknowledgesAtOnce, null, new ByteArraySerializer(), new ByteArraySerializer());
    }

    public static OutputFactory outputs(Time time) {
        return outputs(time, Tombstones.RECORD);
    }

    public static OutputFactory outputs(Time time, Tombstones tombstones) {
        return new OutputFactory(TOPICS, new SizeLimits(MEGABYTE, Map.of()), time, null, tombstones);
    }

    /** A delivery that is booked in the ledger and belongs to the publisher. */
    static Delivery admitted(
            ConsumerRecord<byte @Nullable [], byte @Nullable []> record, Ledger ledger, Publisher publisher) {
        Delivery delivery = new Delivery(record);
        delivery.moveTo(new Run(ledger.account(new PartitionId(record.topic(), record.partition())), publisher));
        delivery.run().account().consume(record.offset());
        return delivery;
    }

    /** Has the publisher decide and publish that a record was processed, unless that was decided before. */
    public static void process(Publisher publisher, Delivery delivery, List<Output> results)
            throws OutputTooLargeException {
        if (publisher.decideProcessed(delivery, results)) {
            Publisher.publishAll(List.of(delivery));
        }
    }

    /** Has the publisher decide and publish that a record is shed, unless that was decided before. */
    public static void drop(Publisher publisher, Delivery delivery, ShedReason reason) {
        if (publisher.decideDropped(delivery, reason)) {
            Publisher.publishAll(List.of(delivery));
        }
    }

    /** The text of the last header of that name; empty when there is none. */
    public static String header(ProducerRecord<?, ?> record, String name) {
        Header header = record.headers().lastHeader(name);
        return header == null ? "" : new String(header.value(), UTF_8);
    }

    /** What was sent, as topic and origin or origins, in order. */
    public static List<String> sent(List<? extends ProducerRecord<?, ?>> records) {
        return records.stream()
                .map(record -> record.topic() + " " + header(record, SpillwayHeaders.ORIGIN)
                        + header(record, SpillwayHeaders.ORIGINS))
                .toList();
    }
}
