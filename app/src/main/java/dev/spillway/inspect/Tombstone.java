package dev.spillway.inspect;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.spillway.ledger.Origin;
import dev.spillway.ledger.Outcome;
import java.time.Instant;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * What a shed record left behind. The texts are printable.
 *
 * @param at when it was shed
 * @param reason why
 * @param stage the stage that shed it, or null where there is only one
 * @param key a label for its key
 * @param origin where it came from, or null when the tombstone does not say
 * @param partition of the drop topic
 * @param offset in the drop topic
 */
public record Tombstone(
        Instant at,
        String reason,
        @Nullable String stage,
        String key,
        @Nullable Origin origin,
        int partition,
        long offset) {
    static final String NO_STAGE = "(no stage)";

    /** Reads a record of a drop topic; empty when it is no tombstone, because somebody else wrote it. */
    static Optional<Tombstone> read(ConsumerRecord<byte @Nullable [], byte @Nullable []> record) {
        return Decision.read(record)
                .filter(decision -> decision.outcome() == Outcome.DROPPED)
                .map(decision -> new Tombstone(
                        decision.at(),
                        Label.text(decision.reason().orElse("(no reason)")),
                        decision.stage().map(Label::text).orElse(null),
                        Label.key(record.key()),
                        decision.origin(),
                        record.partition(),
                        record.offset()));
    }

    String stageForPeople() {
        return stage == null ? NO_STAGE : stage;
    }

    /** The input partition that the record came from, for people. */
    String originPartition() {
        return origin == null ? "(no origin)" : Label.text(origin.topic()) + "-" + origin.partition();
    }

    /** One line for people. */
    public String text() {
        String from = origin == null ? "(no origin)" : originPartition() + "@" + origin.offset();
        String where = stage == null ? "" : stage + "  ";
        return String.format("%s  %s%-12s  %s  %s", Moment.text(at), where, reason, from, key);
    }

    /** What the columns of {@link #csv} are. */
    public static String csvHeader() {
        return Csv.line("at", "stage", "reason", "key", "origin", "partition", "offset");
    }

    /** One line for spreadsheets. */
    public String csv() {
        return Csv.line(
                at.toString(),
                stage == null ? "" : stage,
                reason,
                key,
                origin == null ? "" : Label.text(origin.toString()),
                Integer.toString(partition),
                Long.toString(offset));
    }

    /** One line for programs. */
    public String json() {
        ObjectNode object = Json.object();
        object.put("type", "tombstone");
        object.put("at", at.toString());
        object.put("reason", reason);
        object.put("stage", stage);
        object.put("key", key);
        object.put("origin", origin == null ? null : origin.toString());
        object.put("partition", partition);
        object.put("offset", offset);
        return Json.line(object);
    }
}
