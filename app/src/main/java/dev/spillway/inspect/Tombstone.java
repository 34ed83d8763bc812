package dev.spillway.inspect;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.spillway.ledger.OriginRange;
import dev.spillway.ledger.Outcome;
import java.time.Instant;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * What a shed record, or a run of them, left behind. The texts are printable.
 *
 * @param at when it was shed
 * @param reason why
 * @param stage the stage that shed it, or null where there is only one
 * @param key a label for its key; of a run {@link #UNKNOWN_KEY}
 * @param origins where it, or each of them, came from, or null when the tombstone does not say
 * @param partition of the drop topic
 * @param offset in the drop topic
 */
public record Tombstone(
        Instant at,
        String reason,
        @Nullable String stage,
        String key,
        @Nullable OriginRange origins,
        int partition,
        long offset) {
    static final String NO_STAGE = "(no stage)";

    /** A tombstone that stands for several records does not tell their keys: their topic does, where it still has them. */
    static final String UNKNOWN_KEY = "(unknown key)";

    /** Reads a record of a drop topic; empty when it is no tombstone, because somebody else wrote it. */
    static Optional<Tombstone> read(ConsumerRecord<byte @Nullable [], byte @Nullable []> record) {
        return Decision.read(record)
                .filter(decision -> decision.outcome() == Outcome.DROPPED)
                .map(decision -> new Tombstone(
                        decision.at(),
                        Label.text(decision.reason().orElse("(no reason)")),
                        decision.stage().map(Label::text).orElse(null),
                        decision.isRange() ? UNKNOWN_KEY : Label.key(record.key()),
                        decision.origins(),
                        record.partition(),
                        record.offset()));
    }

    String stageForPeople() {
        return stage == null ? NO_STAGE : stage;
    }

    /** The input partition that the record came from, for people. */
    String originPartition() {
        return origins == null ? "(no origin)" : Label.text(origins.topic()) + "-" + origins.partition();
    }

    /** How many records it stands for. */
    public long records() {
        return origins == null ? 1 : origins.count();
    }

    boolean isRange() {
        return records() > 1;
    }

    /** One line for people. */
    public String text() {
        String from = origins == null ? "(no origin)" : originPartition() + "@" + offsets(origins);
        String where = stage == null ? "" : stage + "  ";
        String whose = isRange() ? records() + " records, keys unknown" : key;
        return String.format("%s  %s%-12s  %s  %s", Moment.text(at), where, reason, from, whose);
    }

    /** What the columns of {@link #csv} are. */
    public static String csvHeader() {
        return Csv.line("at", "stage", "reason", "key", "origin", "partition", "offset", "records");
    }

    /** One line for spreadsheets. */
    public String csv() {
        return Csv.line(
                at.toString(),
                stage == null ? "" : stage,
                reason,
                key,
                origins == null ? "" : Label.text(origins.text()),
                Integer.toString(partition),
                Long.toString(offset),
                Long.toString(records()));
    }

    /** One line for programs. */
    public String json() {
        ObjectNode object = Json.object();
        object.put("type", isRange() ? "range" : "tombstone");
        object.put("at", at.toString());
        object.put("reason", reason);
        object.put("stage", stage);
        object.put("key", isRange() ? null : key);
        object.put(isRange() ? "origins" : "origin", origins == null ? null : origins.text());
        if (isRange()) {
            object.put("records", records());
        }
        object.put("partition", partition);
        object.put("offset", offset);
        return Json.line(object);
    }

    private static String offsets(OriginRange origins) {
        return origins.count() == 1 ? Long.toString(origins.first()) : origins.first() + ".." + origins.last();
    }
}
