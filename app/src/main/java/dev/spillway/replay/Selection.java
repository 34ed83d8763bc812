package dev.spillway.replay;

import dev.spillway.inspect.TimeWindow;
import dev.spillway.ledger.OriginRange;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which tombstones or dead letters are put back: those to which all of this applies.
 *
 * @param window when it was decided
 * @param reason a pattern for the reason, or null for any
 * @param key a pattern for the key as it is shown, or null for any
 * @param stage a pattern for the stage, or null for any and none
 * @param origins where the record came from; empty for anywhere
 */
public record Selection(
        TimeWindow window,
        @Nullable Glob reason,
        @Nullable Glob key,
        @Nullable Glob stage,
        List<OriginRange> origins) {
    public Selection {
        origins = List.copyOf(origins);
    }

    /** Whether a candidate is chosen, as far as its tombstone or dead letter tells; see {@link #leavesOpen}. */
    boolean contains(Candidate candidate) {
        return window.contains(candidate.decision().at())
                && (reason == null
                        || reason.matches(candidate.decision().reason().orElse("")))
                && (stage == null
                        || candidate.decision().stage().filter(stage::matches).isPresent())
                && (origins.isEmpty() || origins.stream().anyMatch(range -> range.contains(candidate.origin())))
                && (key == null || !candidate.isKeyKnown() || key.matches(candidate.keyText()));
    }

    /** Whether the record itself has to be looked at, because it is chosen by a key that its tombstone does not tell. */
    boolean leavesOpen(Candidate candidate) {
        return key != null && !candidate.isKeyKnown();
    }

    /** Whether a record with this key is chosen, as far as the key is concerned. */
    boolean containsKey(byte @Nullable [] found) {
        return key == null || key.matches(Candidate.text(found));
    }

    /** The same in another window. */
    Selection within(TimeWindow other) {
        return new Selection(other, reason, key, stage, origins);
    }
}
