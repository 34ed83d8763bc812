package dev.spillway.replay;

import dev.spillway.inspect.Decision;
import dev.spillway.inspect.Printable;
import dev.spillway.ledger.Origin;
import dev.spillway.ledger.Outcome;
import dev.spillway.sink.SpillwayHeaders;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * A tombstone or dead letter that says whose it is.
 *
 * @param decision what it says
 * @param origin where its record came from
 * @param letter the tombstone or dead letter itself
 */
record Candidate(Decision decision, Origin origin, ConsumerRecord<byte @Nullable [], byte @Nullable []> letter) {
    /** What the exception of a processor that says "never again" is called, at the beginning of a reason. */
    private static final String PERMANENT = "dev.spillway.processor.PermanentFailureException";

    /** Reads a record of a drop or dead letter topic; empty when it does not say whose it is. */
    static Optional<Candidate> read(ConsumerRecord<byte @Nullable [], byte @Nullable []> record) {
        return Decision.read(record)
                .flatMap(decision ->
                        Optional.ofNullable(decision.origin()).map(origin -> new Candidate(decision, origin, record)));
    }

    /** Whether it has key, value and headers of its record with it. */
    boolean carriesItsRecord() {
        return decision.outcome() == Outcome.DEAD_LETTERED
                && letter.headers().lastHeader(SpillwayHeaders.OMITTED) == null;
    }

    /** Whether the processor said that trying again cannot help. */
    boolean failedForGood() {
        return decision.outcome() == Outcome.DEAD_LETTERED
                && decision.reason()
                        .filter(reason -> reason.startsWith(PERMANENT))
                        .isPresent();
    }

    /** The whole key as it is shown. */
    String keyText() {
        byte[] key = letter.key();
        return key == null ? "(no key)" : key.length == 0 ? "(empty key)" : Printable.bytes(key);
    }
}
