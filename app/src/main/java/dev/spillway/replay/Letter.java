package dev.spillway.replay;

import dev.spillway.inspect.Decision;
import dev.spillway.ledger.OriginRange;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * A tombstone or dead letter that says whose it is: one record's, or that of a run of them.
 *
 * @param decision what it says
 * @param origins where its records came from
 * @param record the tombstone or dead letter itself
 */
record Letter(Decision decision, OriginRange origins, ConsumerRecord<byte @Nullable [], byte @Nullable []> record) {

    /** Reads a record of a drop or dead letter topic; empty when it does not say whose it is. */
    static Optional<Letter> read(ConsumerRecord<byte @Nullable [], byte @Nullable []> record) {
        return Decision.read(record)
                .flatMap(decision ->
                        Optional.ofNullable(decision.origins()).map(origins -> new Letter(decision, origins, record)));
    }

    /** How many records it is about. */
    long count() {
        return origins.count();
    }

    /** One of the records that it is about, counted from 0. */
    Candidate candidate(long index) {
        return new Candidate(decision, origins.get(index), record);
    }
}
