package dev.spillway.inspect;

import dev.spillway.ledger.OriginRange;
import dev.spillway.ledger.Outcome;
import dev.spillway.sink.SpillwayHeaders;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * What a tombstone or a dead letter says of the record, or the run of records, that it is about. The texts are as somebody wrote them, not printable.
 *
 * @param outcome dropped or dead-lettered
 * @param at when that was decided
 * @param reason why, or empty where it does not say
 * @param stage where there are several, the one that decided
 * @param origins where the record, or each of them, came from, or null where it does not say
 */
public record Decision(
        Outcome outcome,
        Instant at,
        Optional<String> reason,
        Optional<String> stage,
        @Nullable OriginRange origins) {

    /** Reads a record; empty when it is neither, because somebody else wrote it. */
    public static Optional<Decision> read(ConsumerRecord<byte @Nullable [], byte @Nullable []> record) {
        Optional<Outcome> outcome =
                Headers.text(record, SpillwayHeaders.OUTCOME).flatMap(Decision::outcome);
        if (Headers.isRange(record)) {
            return Headers.range(record)
                    .filter(range -> outcome.filter(Outcome.DROPPED::equals).isPresent())
                    .map(range -> of(Outcome.DROPPED, record, range));
        }
        return outcome.map(decided ->
                of(decided, record, Headers.origin(record).map(OriginRange::of).orElse(null)));
    }

    /** Whether it is about a run of records, of which it does not tell the keys. */
    public boolean isRange() {
        return origins != null && origins.count() > 1;
    }

    private static Decision of(Outcome outcome, ConsumerRecord<?, ?> record, @Nullable OriginRange origins) {
        return new Decision(
                outcome,
                at(record),
                Headers.text(record, SpillwayHeaders.REASON),
                Headers.text(record, SpillwayHeaders.STAGE),
                origins);
    }

    private static Optional<Outcome> outcome(String text) {
        return text.equals(Outcome.DROPPED.name())
                ? Optional.of(Outcome.DROPPED)
                : text.equals(Outcome.DEAD_LETTERED.name()) ? Optional.of(Outcome.DEAD_LETTERED) : Optional.empty();
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
