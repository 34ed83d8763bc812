package dev.spillway.inspect;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.spillway.ledger.Origin;
import dev.spillway.ledger.Outcome;
import dev.spillway.sink.SpillwayHeaders;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * What a shed record left behind. The texts are printable.
 *
 * @param at when it was shed
 * @param reason why
 * @param key a label for its key
 * @param origin where it came from, or null when the tombstone does not say
 * @param partition of the drop topic
 * @param offset in the drop topic
 */
public record Tombstone(
        Instant at, String reason, String key, @Nullable Origin origin, int partition, long offset) {

    /** Reads a record of a drop topic; empty when it is no tombstone, because somebody else wrote it. */
    static Optional<Tombstone> read(ConsumerRecord<byte @Nullable [], byte @Nullable []> record) {
        if (Headers.text(record, SpillwayHeaders.OUTCOME)
                .filter(Outcome.DROPPED.name()::equals)
                .isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new Tombstone(
                at(record),
                Label.text(Headers.text(record, SpillwayHeaders.REASON).orElse("(no reason)")),
                Label.key(record.key()),
                Headers.origin(record).orElse(null),
                record.partition(),
                record.offset()));
    }

    /** The input partition that the record came from, for people. */
    String originPartition() {
        return origin == null ? "(no origin)" : Label.text(origin.topic()) + "-" + origin.partition();
    }

    /** One line for people. */
    public String text() {
        String from = origin == null ? "(no origin)" : originPartition() + "@" + origin.offset();
        return String.format("%s  %-12s  %s  %s", Moment.text(at), reason, from, key);
    }

    /** One line for programs. */
    public String json() {
        ObjectNode object = Json.object();
        object.put("type", "tombstone");
        object.put("at", at.toString());
        object.put("reason", reason);
        object.put("key", key);
        object.put("origin", origin == null ? null : origin.toString());
        object.put("partition", partition);
        object.put("offset", offset);
        return Json.line(object);
    }

    private static Instant at(ConsumerRecord<?, ?> record) {
        try {
            return Headers.text(record, SpillwayHeaders.AT)
                    .map(Instant::parse)
                    .filter(Moment::isSane)
                    .orElseGet(() -> Instant.ofEpochMilli(record.timestamp()));
        } catch (DateTimeParseException e) {
            return Instant.ofEpochMilli(record.timestamp());
        }
    }
}
