package dev.spillway.inspect;

import dev.spillway.ledger.Outcome;
import java.util.EnumMap;
import java.util.Map;

/** Outcomes of offsets that the group has not committed yet: a bit for each, and one more for those that have several. */
final class AheadOutcomes {
    private Map<Outcome, OffsetSet> first = sets();
    private Map<Outcome, OffsetSet> second = sets();

    void add(long offset, Outcome outcome) {
        boolean known = first.values().stream().anyMatch(set -> set.contains(offset));
        set(known ? second : first, outcome).add(offset);
    }

    /** How many offsets have an outcome already. */
    long size() {
        return first.values().stream().mapToLong(OffsetSet::size).sum();
    }

    /** Hands over those below an offset: twice, where there were several. */
    void take(long below, Taker taker) {
        first = take(first, below, taker);
        second = take(second, below, taker);
    }

    /** Is given what is ahead no longer. */
    @FunctionalInterface
    interface Taker {
        void outcome(long offset, Outcome outcome);
    }

    private static Map<Outcome, OffsetSet> take(Map<Outcome, OffsetSet> from, long below, Taker taker) {
        Map<Outcome, OffsetSet> left = sets();
        from.forEach((outcome, offsets) -> offsets.forEachWhile(offset -> {
            if (offset < below) {
                taker.outcome(offset, outcome);
            } else {
                set(left, outcome).add(offset);
            }
            return true;
        }));
        return left;
    }

    private static OffsetSet set(Map<Outcome, OffsetSet> sets, Outcome outcome) {
        return sets.computeIfAbsent(outcome, o -> new OffsetSet());
    }

    private static Map<Outcome, OffsetSet> sets() {
        return new EnumMap<>(Outcome.class);
    }
}
