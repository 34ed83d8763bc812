package dev.spillway.sink;

import dev.spillway.config.Ordering;
import dev.spillway.ledger.Origin;
import dev.spillway.ledger.Outcome;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/**
 * One polled record on its way through the sidecar, from admission until it is settled. Its outcome is decided exactly once, and
 * the call that decides learns whether it was the one.
 *
 * <p>Threads: a delivery is handed from the consumer loop to a worker by the queue. {@link #moveTo} is called by the consumer
 * loop alone, before the delivery is queued or under the queue's lock while it is; whoever takes it from the queue sees the
 * last run. {@link #decide} may be called by any thread.
 */
public sealed class Delivery permits Piece {
    private static final AtomicIntegerFieldUpdater<Delivery> DECIDED =
            AtomicIntegerFieldUpdater.newUpdater(Delivery.class, "decided");

    private final ConsumerRecord<byte @Nullable [], byte @Nullable []> record;
    private final TopicPartition partition;
    private final int size;
    private final boolean hasHeaders;
    private @Nullable Run run;
    private long queuedAtNanos;

    private volatile int decided;

    /** How often processing was tried; whoever has taken it from the queue counts. */
    private int attempts;

    /** Whether an attempt has failed in a way that may pass; whoever has taken it from the queue notes it. */
    private boolean failedBefore;

    /** When the attempt that is being made first let the record wait, by the monotonic clock; whoever has taken it from the queue notes it. */
    private @Nullable Long pausedSinceNanos;

    private @Nullable Outcome outcome;
    private @Nullable Enum<?> why;
    private List<ProducerRecord<byte @Nullable [], byte @Nullable []>> toSend = List.of();
    private volatile @Nullable Exception spoiled;

    /**
     * Of a record that was polled.
     *
     * @param partition the record's, one object for all that were polled from it
     */
    public Delivery(ConsumerRecord<byte @Nullable [], byte @Nullable []> record, TopicPartition partition) {
        Header[] headers = record.headers().toArray();
        this.record = record;
        this.partition = partition;
        this.size =
                Math.max(0, record.serializedKeySize()) + Math.max(0, record.serializedValueSize()) + sizeOf(headers);
        this.hasHeaders = headers.length > 0;
    }

    /** Of a record by itself. */
    public Delivery(ConsumerRecord<byte @Nullable [], byte @Nullable []> record) {
        this(record, new TopicPartition(record.topic(), record.partition()));
    }

    /** The partition that the record is from. */
    public TopicPartition partition() {
        return partition;
    }

    /** Whether the record has any headers: asked more often than there are some, and by a thread that need not look there for it. */
    boolean hasHeaders() {
        return hasHeaders;
    }

    /** The record as it was polled. */
    public ConsumerRecord<byte @Nullable [], byte @Nullable []> record() {
        return record;
    }

    /** Its weight in the queue, in bytes: key, value and headers. */
    public int size() {
        return size;
    }

    /** The input record whose outcome is to be decided: itself, unless it is a {@link Piece}. */
    public Delivery input() {
        return this;
    }

    public Origin origin() {
        return new Origin(record.topic(), record.partition(), record.offset());
    }

    /**
     * The run that it belongs to.
     *
     * @throws NullPointerException before it was admitted to one
     */
    public Run run() {
        return Objects.requireNonNull(run, "not admitted yet");
    }

    /** Makes it part of a run of another epoch. See the class comment for who may call this when. */
    public void moveTo(Run run) {
        this.run = run;
    }

    /** Notes that the policy has chosen it, or that it will never enter the queue. Called by the consumer loop. */
    public void noteShed() {
        run().noteShed(record.offset());
    }

    /** Notes that a worker has it, where that can happen before older ones are taken. Called under the queue's lock. */
    public void noteTaken() {
        run().noteTaken(record.offset());
    }

    /** What waits for each other has equal lanes; null when it waits for nobody. */
    public @Nullable Object lane(Ordering ordering) {
        byte @Nullable [] key = record.key();
        return switch (ordering) {
            case UNORDERED -> null;
            case PARTITION -> partition;
            case KEY -> key == null ? null : new KeyLane(partition, ByteBuffer.wrap(key));
        };
    }

    private record KeyLane(TopicPartition partition, ByteBuffer key) {}

    /** How often processing has been tried. Only whoever has taken it from the queue asks and counts. */
    public int attempts() {
        return attempts;
    }

    /** Counts one more attempt, or takes one back that shall not count. */
    public void countAttempt(int change) {
        attempts += change;
    }

    /** Notes when it is offered to the queue, by the monotonic clock. The consumer loop's, before the delivery is queued. */
    public void queuedAt(long nanos) {
        queuedAtNanos = nanos;
    }

    /** When it was offered to the queue, by the monotonic clock. */
    public long queuedAtNanos() {
        return queuedAtNanos;
    }

    /** Notes that the attempt lets the record wait. Only whoever has taken it from the queue. */
    public void pause(long nowNanos) {
        if (pausedSinceNanos == null) {
            pausedSinceNanos = nowNanos;
        }
    }

    /** When the attempt first let the record wait, by the monotonic clock; null when it did not. */
    public @Nullable Long pausedSince() {
        return pausedSinceNanos;
    }

    /** Notes that the attempt has ended: the next one begins anew. */
    public void endPauses() {
        pausedSinceNanos = null;
    }

    /** Whether nothing that is done about it will count: its epoch has been aborted. */
    public boolean isDiscarded() {
        return run().publisher().isClosed();
    }

    /** Whether an attempt has failed in a way that may pass, be it one that is not counted. */
    public boolean hasFailedBefore() {
        return failedBefore;
    }

    /** Notes that an attempt has failed in a way that may pass. */
    public void noteFailure() {
        failedBefore = true;
    }

    /** Whether somebody has claimed the decision about the outcome. */
    boolean isDecided() {
        return decided != 0;
    }

    /** Claims the decision about the outcome; true for exactly one caller. */
    public boolean decide() {
        return DECIDED.compareAndSet(this, 0, 1);
    }

    /** Notes the outcome, and what is to be sent of it. */
    void toSend(
            Outcome outcome,
            @Nullable Enum<?> why,
            List<ProducerRecord<byte @Nullable [], byte @Nullable []>> records) {
        this.outcome = outcome;
        this.why = why;
        this.spoiled = null;
        this.toSend = records;
    }

    /** How many records are to be sent. */
    int sends() {
        return toSend.size();
    }

    /** What is to be sent; the delivery lives on until all of it is acknowledged, and need not keep it for so long. */
    List<ProducerRecord<byte @Nullable [], byte @Nullable []>> takeToSend() {
        var records = toSend;
        toSend = List.of();
        return records;
    }

    /** Notes that Kafka refused one of the sends for the record's own sake. */
    void spoil(Exception cause) {
        spoiled = cause;
    }

    /** Why Kafka refused one of the sends, if it did. */
    @Nullable
    Exception spoiled() {
        return spoiled;
    }

    /** The outcome that is being sent. */
    Outcome outcome() {
        return Objects.requireNonNull(outcome, "nothing has been sent");
    }

    /** The {@link dev.spillway.flow.ShedReason} or {@link DeadLetterCause} of the outcome that is being sent, if it has one. */
    @Nullable
    Enum<?> why() {
        return why;
    }

    private static int sizeOf(Header[] headers) {
        int size = 0;
        for (Header header : headers) {
            byte @Nullable [] value = header.value();
            size += header.key().length() + (value == null ? 0 : value.length);
        }
        return size;
    }

    @Override
    public String toString() {
        return origin().toString();
    }
}
