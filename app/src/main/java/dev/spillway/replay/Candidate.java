package dev.spillway.replay;

import dev.spillway.inspect.Decision;
import dev.spillway.inspect.Printable;
import dev.spillway.ledger.Origin;
import dev.spillway.ledger.Outcome;
import dev.spillway.sink.SpillwayHeaders;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/**
 * A record that was shed or failed.
 *
 * @param decision what its tombstone or dead letter says
 * @param origin where it came from
 * @param letter the tombstone or dead letter itself, which others may have in common with it
 */
record Candidate(Decision decision, Origin origin, ConsumerRecord<byte @Nullable [], byte @Nullable []> letter) {
    /** What the exception of a processor that says "never again" is called, at the beginning of a reason. */
    private static final String PERMANENT = "dev.spillway.processor.PermanentFailureException";

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

    /** Whether the tombstone or dead letter tells its key; otherwise the record itself does, where it still is. */
    boolean isKeyKnown() {
        Header omitted = letter.headers().lastHeader(SpillwayHeaders.OMITTED);
        boolean stayedBehind = omitted != null
                && omitted.value() != null
                && new String(omitted.value(), StandardCharsets.UTF_8).endsWith("key");
        return !decision.isRange() && !stayedBehind;
    }

    /** The whole key as it is shown, where it is known. */
    String keyText() {
        return text(letter.key());
    }

    /** A whole key as it is shown. */
    static String text(byte @Nullable [] key) {
        return key == null ? "(no key)" : key.length == 0 ? "(empty key)" : Printable.bytes(key);
    }
}
