package dev.spillway.sink;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.spillway.config.Tombstones;
import dev.spillway.config.TopicsConfig;
import dev.spillway.flow.ShedReason;
import dev.spillway.flow.Time;
import dev.spillway.ledger.OriginRange;
import dev.spillway.ledger.Outcome;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.jspecify.annotations.Nullable;

/**
 * Writes what leaves: results, tombstones, dead letters and markers with their headers, each small enough for its topic. Any thread.
 */
public final class OutputFactory {
    private static final int REASON_BYTES = 1024;

    /** The longest name of a topic, and two numbers. What is longer was made up by somebody, and need not fit anywhere. */
    private static final int ORIGIN_BYTES = 300;

    /** Headers that are the same on many outputs; no part of the producer writes into them. */
    private static final Header PROCESSED = header(SpillwayHeaders.OUTCOME, Outcome.PROCESSED.name());

    private static final Header DROPPED = header(SpillwayHeaders.OUTCOME, Outcome.DROPPED.name());
    private static final Header DEAD_LETTERED = header(SpillwayHeaders.OUTCOME, Outcome.DEAD_LETTERED.name());
    private static final Map<ShedReason, Header> SHED = reasons();

    private final TopicsConfig topics;
    private final SizeLimits limits;
    private final int resultLimit;
    private final int dropLimit;
    private final int deadLetterLimit;
    private final int processedLimit;
    private final Time time;
    private final @Nullable String firstStage;
    private final Tombstones tombstones;

    /** That of the last decision. */
    private volatile @Nullable Moment moment;

    /** Of a sidecar with one stage, and a tombstone for each record. */
    public OutputFactory(TopicsConfig topics, SizeLimits limits, Time time) {
        this(topics, limits, time, null, Tombstones.RECORD);
    }

    /**
     * Of any sidecar.
     *
     * @param firstStage the name of the first of several stages; null where there is only one
     * @param tombstones what those of records that are shed together stand for
     */
    public OutputFactory(
            TopicsConfig topics, SizeLimits limits, Time time, @Nullable String firstStage, Tombstones tombstones) {
        this.topics = topics;
        this.limits = limits;
        this.resultLimit = limits.limitOf(topics.output());
        this.dropLimit = limits.limitOf(topics.drop());
        this.deadLetterLimit = limits.limitOf(topics.deadLetter());
        this.processedLimit = topics.processed() == null ? 0 : limits.limitOf(topics.processed());
        this.time = time;
        this.firstStage = firstStage;
        this.tombstones = tombstones;
    }

    /** What tombstones and dead letters are named after that were made before any stage had the record; null where there is one only. */
    @Nullable
    String firstStage() {
        return firstStage;
    }

    /** The clock of the decisions. */
    Time time() {
        return time;
    }

    /**
     * The results of a record, in the order in which they were forwarded; where it has none the marker that says so, if there is a
     * topic for those.
     *
     * @throws OutputTooLargeException when one of them cannot be written
     */
    List<ProducerRecord<byte @Nullable [], byte @Nullable []>> results(Delivery delivery, List<Output> outputs)
            throws OutputTooLargeException {
        if (outputs.size() == 1) {
            return List.of(result(delivery, outputs.get(0), null));
        }
        String processed = topics.processed();
        if (outputs.isEmpty() && processed != null) {
            return List.of(marker(delivery, processed));
        }
        int count = outputs.size();
        List<ProducerRecord<byte @Nullable [], byte @Nullable []>> results = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            results.add(result(delivery, outputs.get(i), (i + 1) + "/" + count));
        }
        return results;
    }

    private ProducerRecord<byte @Nullable [], byte @Nullable []> result(
            Delivery delivery, Output output, @Nullable String part) throws OutputTooLargeException {
        Headers own = output.headers();
        var result = outgoing(topics.output(), output.key(), output.value());
        if (own != null) {
            addHeaders(own, result);
        } else if (delivery.hasHeaders()) {
            addHeaders(delivery.record().headers(), result);
        }
        addOrigin(delivery, result);
        if (part != null) {
            result.headers().add(SpillwayHeaders.PART, utf8(part));
        }
        limits.require(result, resultLimit);
        return result;
    }

    /** The only trace of a record that was processed without a result. */
    private ProducerRecord<byte @Nullable [], byte @Nullable []> marker(Delivery delivery, String topic) {
        var whole = marker(delivery, topic, delivery.record().key());
        return limits.allow(whole, processedLimit) ? whole : marker(delivery, topic, null);
    }

    private ProducerRecord<byte @Nullable [], byte @Nullable []> marker(
            Delivery delivery, String topic, byte @Nullable [] key) {
        var marker = outgoing(topic, key, null);
        addOrigin(delivery, marker);
        marker.headers().add(PROCESSED);
        marker.headers().add(now());
        return marker;
    }

    /** Gives tombstones to records that were shed together before the first stage, or the only one: all of them of one epoch. */
    void addTombstones(List<Delivery> shed) {
        if (tombstones == Tombstones.RANGE && shed.size() > 1) {
            new ShedRuns(this).addTombstones(shed);
        } else {
            shed.forEach(this::addTombstone);
        }
    }

    /** Gives a shed record its own tombstone. */
    void addTombstone(Delivery shed) {
        ShedReason reason = reasonOf(shed);
        shed.toSend(Outcome.DROPPED, reason, List.of(tombstone(shed, reason, firstStage)));
    }

    /** Gives a shed record a tombstone that stands for its neighbours, too. */
    void addTombstone(Delivery first, OriginRange range) {
        ShedReason reason = reasonOf(first);
        first.toSend(Outcome.DROPPED, reason, List.of(tombstone(range, reason)));
    }

    private static ShedReason reasonOf(Delivery shed) {
        return (ShedReason) Objects.requireNonNull(shed.why());
    }

    /**
     * The tombstone of several records. What they have in common is their origins, which are its key, too: so a topic that is compacted
     * takes it, and keeps it. No reader can take it for the tombstone of one record: it names no single origin, and it has a value.
     */
    private ProducerRecord<byte @Nullable [], byte @Nullable []> tombstone(OriginRange range, ShedReason reason) {
        byte[] origins = utf8(range.text());
        var tombstone = outgoing(topics.drop(), origins, TombstoneRange.json(range));
        tombstone.headers().add(SpillwayHeaders.ORIGINS, origins);
        addShed(reason, firstStage, tombstone);
        return tombstone;
    }

    /**
     * The tombstone of a shed record; without its key if even that does not fit into the drop topic.
     *
     * @param stage the one that shed it; null where there is only one
     */
    ProducerRecord<byte @Nullable [], byte @Nullable []> tombstone(
            Delivery delivery, ShedReason reason, @Nullable String stage) {
        var whole = tombstone(delivery, delivery.record().key(), reason, stage);
        return limits.allow(whole, dropLimit) ? whole : tombstone(delivery, null, reason, stage);
    }

    private ProducerRecord<byte @Nullable [], byte @Nullable []> tombstone(
            Delivery delivery, byte @Nullable [] key, ShedReason reason, @Nullable String stage) {
        var tombstone = outgoing(topics.drop(), key, null);
        addOrigin(delivery, tombstone);
        addShed(reason, stage, tombstone);
        return tombstone;
    }

    /**
     * The dead letter of a failed record. If the record with the headers that are added does not fit into the dead letter topic,
     * first its own headers stay behind, then its value, then its key: the origin says where they are.
     *
     * @param attempts how often processing was tried
     * @param stage the one that it failed in; null where there is only one, or none is to blame
     */
    ProducerRecord<byte @Nullable [], byte @Nullable []> deadLetter(
            Delivery delivery, String reason, int attempts, @Nullable String stage) {
        ConsumerRecord<byte @Nullable [], byte @Nullable []> record = delivery.record();
        var whole = outgoing(topics.deadLetter(), record.key(), record.value());
        addHeaders(record.headers(), whole);
        addFailure(delivery, reason, attempts, stage, whole);
        if (limits.allow(whole, deadLetterLimit)) {
            return whole;
        }
        var withoutHeaders = outgoing(topics.deadLetter(), record.key(), record.value());
        addFailure(delivery, reason, attempts, stage, withoutHeaders);
        addOmitted("headers", withoutHeaders);
        if (limits.allow(withoutHeaders, deadLetterLimit)) {
            return withoutHeaders;
        }
        var withoutValue = outgoing(topics.deadLetter(), record.key(), null);
        addFailure(delivery, reason, attempts, stage, withoutValue);
        addOmitted("headers, value", withoutValue);
        if (limits.allow(withoutValue, deadLetterLimit)) {
            return withoutValue;
        }
        var origin = outgoing(topics.deadLetter(), null, null);
        addFailure(delivery, reason, attempts, stage, origin);
        addOmitted("headers, value, key", origin);
        return origin;
    }

    /** No partition: the producer's partitioner keeps the records of a key together. No timestamp: it is the moment of sending. */
    private static ProducerRecord<byte @Nullable [], byte @Nullable []> outgoing(
            String topic, byte @Nullable [] key, byte @Nullable [] value) {
        return new ProducerRecord<>(topic, key, value);
    }

    /**
     * An input that is itself an output of Spillway (a replay, a chain of sidecars) carries headers of ours, which stay behind because
     * they would be ambiguous. What names the first life of a record that was put back is carried on, beside the origin.
     */
    private static void addHeaders(Headers input, ProducerRecord<?, ?> output) {
        for (Header header : input.toArray()) {
            if (!header.key().startsWith(SpillwayHeaders.PREFIX)) {
                output.headers().add(header);
            }
        }
    }

    private static void addOrigin(Delivery delivery, ProducerRecord<?, ?> output) {
        output.headers()
                .add(
                        SpillwayHeaders.ORIGIN,
                        delivery.run().origin(delivery.record().offset()));
        Header firstLife = firstLife(delivery);
        if (firstLife != null) {
            output.headers().add(firstLife);
        }
    }

    /** Whether the record was put back, and its outputs have to name its first life. */
    static boolean hasFormerLife(Delivery delivery) {
        return firstLife(delivery) != null;
    }

    private static @Nullable Header firstLife(Delivery delivery) {
        Header found = delivery.hasHeaders() ? delivery.record().headers().lastHeader(SpillwayHeaders.REPLAYED) : null;
        return found != null && found.value() != null && found.value().length <= ORIGIN_BYTES ? found : null;
    }

    private void addFailure(
            Delivery delivery, String reason, int attempts, @Nullable String stage, ProducerRecord<?, ?> output) {
        addOrigin(delivery, output);
        output.headers().add(DEAD_LETTERED);
        output.headers().add(SpillwayHeaders.REASON, cut(reason));
        addWhenAndWhere(stage, output);
        output.headers().add(SpillwayHeaders.ATTEMPTS, utf8(Integer.toString(attempts)));
    }

    /** Without it nobody could tell a record that never had a value from one whose value stayed behind. */
    private static void addOmitted(String parts, ProducerRecord<?, ?> output) {
        output.headers().add(SpillwayHeaders.OMITTED, utf8(parts));
    }

    private static Map<ShedReason, Header> reasons() {
        Map<ShedReason, Header> reasons = new EnumMap<>(ShedReason.class);
        for (ShedReason reason : ShedReason.values()) {
            reasons.put(reason, header(SpillwayHeaders.REASON, reason.name()));
        }
        return reasons;
    }

    private void addShed(ShedReason reason, @Nullable String stage, ProducerRecord<?, ?> output) {
        output.headers().add(DROPPED);
        output.headers().add(Objects.requireNonNull(SHED.get(reason)));
        addWhenAndWhere(stage, output);
    }

    private void addWhenAndWhere(@Nullable String stage, ProducerRecord<?, ?> output) {
        output.headers().add(now());
        if (stage != null) {
            output.headers().add(SpillwayHeaders.STAGE, utf8(stage));
        }
    }

    /** An instant takes longer to write than all the rest of a tombstone, and under overload there are hundreds in a millisecond. */
    private Header now() {
        long millis = time.currentTimeMillis();
        Moment latest = moment;
        if (latest == null || latest.millis != millis) {
            latest = new Moment(
                    millis,
                    header(SpillwayHeaders.AT, Instant.ofEpochMilli(millis).toString()));
            moment = latest;
        }
        return latest.header;
    }

    private record Moment(long millis, Header header) {}

    private static Header header(String name, String value) {
        return new RecordHeader(name, utf8(value));
    }

    /** At most 1 KiB of UTF-8, never a part of a character. */
    private static byte[] cut(String text) {
        // Each character has a byte or more: what lies behind this one, a broken pair perhaps, is cut off in any case.
        byte[] whole = utf8(text.substring(0, Math.min(text.length(), REASON_BYTES + 1)));
        if (whole.length <= REASON_BYTES) {
            return whole;
        }
        int end = REASON_BYTES;
        while (isInsideCharacter(whole[end])) {
            end--;
        }
        return Arrays.copyOf(whole, end);
    }

    private static boolean isInsideCharacter(byte utf8) {
        return (utf8 & 0b1100_0000) == 0b1000_0000;
    }

    private static byte[] utf8(String text) {
        return text.getBytes(UTF_8);
    }
}
