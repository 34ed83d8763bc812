package dev.spillway.inspect;

import dev.spillway.ledger.Origin;
import dev.spillway.ledger.Outcome;
import dev.spillway.sink.SpillwayHeaders;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * What a tombstone or a dead letter says of the record that it is about. The texts are as somebody wrote them, not printable.
 *
 * @param outcome dropped or dead-lettered
 * @param at when that was decided
 * @param reason why, or empty where it does not say
 * @param stage where there are several, the one that decided
 * @param origin where the record came from, or null where it does not say
 */
public record Decision(
        Outcome outcome,
        Instant at,
        Optional<String> reason,
        Optional<String> stage,
        @Nullable Origin origin) {

    /** Reads a record; empty when it is neither, because somebody else wrote it. */
    public static Optional<Decision> read(ConsumerRecord<?, ?> record) {
        return Headers.text(record, SpillwayHeaders.OUTCOME)
                .flatMap(Decision::outcome)
                .map(outcome -> new Decision(
                        outcome,
                        at(record),
                        Headers.text(record, SpillwayHeaders.REASON),
                        Headers.text(record, SpillwayHeaders.STAGE),
                        Headers.origin(record).orElse(null)));
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
