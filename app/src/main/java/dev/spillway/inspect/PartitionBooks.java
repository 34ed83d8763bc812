package dev.spillway.inspect;

import dev.spillway.ledger.Origin;
import dev.spillway.ledger.Outcome;
import dev.spillway.ledger.PartitionId;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongPredicate;

/**
 * The audit's books of one input partition, stretch by stretch: what is proven is forgotten but for its counts, because any further
 * outcome of it is one too many. Used by one thread.
 */
final class PartitionBooks {
    private final PartitionId partition;
    private final boolean mayRepeat;
    private InputRange range;

    private OffsetSet input = new OffsetSet();
    private OffsetSet settled = new OffsetSet();
    private OffsetSet duplicated = new OffsetSet();
    /** Results that came in parts, as long as not all of them have come. */
    private final Map<Long, BitSet> parts = new HashMap<>();

    /** Outcomes of what is not committed yet: they count when it is. */
    private final AheadOutcomes ahead = new AheadOutcomes();

    private final Map<Outcome, Long> outcomes = new EnumMap<>(Outcome.class);
    private final List<Origin> firstUnexpected = new ArrayList<>();
    private final List<Origin> firstRepeated = new ArrayList<>();
    private RecordTimes times = RecordTimes.NONE;
    private long start;
    /** Below it every record has its outcome, and is forgotten. */
    private long proven = InputRange.NOTHING;

    private long provenInput;
    private long provenDuplicated;
    private long repeated;
    private long unexpected;
    private long removed;

    /** @param mayRepeat whether outcomes that are not committed are normal, as under at least once */
    PartitionBooks(PartitionId partition, InputRange range, boolean mayRepeat) {
        this.partition = partition;
        this.range = range;
        this.mayRepeat = mayRepeat;
        this.start = range.start();
    }

    /** The group has gone on; never back. */
    void extend(long committed, long committedLater) {
        range = new InputRange(
                range.start(),
                Math.max(range.committed(), committed),
                Math.max(range.committedLater(), committedLater),
                range.compacted());
    }

    /** A record that is in the input, and must have an outcome. */
    void input(long offset, long timestamp) {
        if (input.add(offset)) {
            times = times.and(timestamp);
        }
    }

    /** All records up to the committed offset were told. */
    void inputRead() {
        ahead.take(range.committed(), (offset, outcome) -> outcome(offset, outcome, Part.WHOLE));
    }

    /** Retention has gone on to an offset while the input was read. */
    void removedBelow(long offset) {
        start = Math.max(start, offset);
    }

    /** Something that says that a run of offsets was shed: each of them is looked at by itself, wherever it lies. */
    void dropped(long first, long count) {
        for (long i = 0; i < count; i++) {
            outcome(first + i, Outcome.DROPPED, Part.WHOLE);
        }
    }

    /** Something that says to be the outcome of an offset, or a part of it. */
    void outcome(long offset, Outcome outcome, Part part) {
        if (offset < range.start()) {
            removed++;
        } else if (offset < proven) {
            repeated(offset);
        } else if (input.contains(offset)) {
            settle(offset, outcome, part);
        } else if (offset >= range.committed()) {
            beyond(offset, outcome, part);
        } else if (offset < start || range.compacted()) {
            removed++;
        } else {
            unexpected(offset);
        }
    }

    /** Forgets what is proven. To be called when nothing is missing. */
    void forgetProven() {
        provenInput += input.size();
        provenDuplicated += duplicated.size();
        proven = range.committed();
        input = new OffsetSet();
        settled = new OffsetSet();
        duplicated = new OffsetSet();
        parts.keySet().removeIf(offset -> offset < proven);
    }

    /** How many records have results of which some parts are still to come. */
    int inParts() {
        return parts.size();
    }

    PartitionAudit audit() {
        parts.keySet().forEach(offset -> {
            if (settled.contains(offset)) {
                duplicated.add(offset);
            }
        });
        return new PartitionAudit(
                partition,
                range.start(),
                range.committed(),
                provenInput + input.size(),
                outcomes.getOrDefault(Outcome.PROCESSED, 0L),
                outcomes.getOrDefault(Outcome.DROPPED, 0L),
                outcomes.getOrDefault(Outcome.DEAD_LETTERED, 0L),
                input.size() - settled.size(),
                parts.keySet().stream()
                        .filter(offset -> input.contains(offset) && !settled.contains(offset))
                        .count(),
                provenDuplicated + duplicated.size() + repeated,
                unexpected,
                removed,
                ahead.size(),
                times);
    }

    /** The first origins without an outcome. */
    List<Origin> firstMissing(int most) {
        List<Origin> first = new ArrayList<>();
        input.forEachNotIn(settled, collect(first, most));
        return first;
    }

    /** The first origins with more than one outcome, as far as they are not forgotten. */
    List<Origin> firstDuplicated(int most) {
        List<Origin> first = new ArrayList<>(firstRepeated);
        duplicated.forEachWhile(collect(first, most));
        return first;
    }

    /** The first outcomes of nothing, in the order in which they were read. */
    List<Origin> firstUnexpected() {
        return firstUnexpected;
    }

    private void settle(long offset, Outcome outcome, Part part) {
        if (settled.contains(offset)) {
            duplicated.add(offset);
        } else if (part.isWhole() || isLast(offset, part)) {
            settled.add(offset);
            outcomes.merge(outcome, 1L, Long::sum);
        }
    }

    /**
     * Whether all parts have come with this one. A part that came already, or a record whose results disagree about their number,
     * has been processed more than once. The bit above the parts tells how many there are.
     */
    private boolean isLast(long offset, Part part) {
        BitSet seen = parts.get(offset);
        if (seen == null) {
            seen = new BitSet(part.count() + 1);
            seen.set(part.count());
            parts.put(offset, seen);
        } else if (seen.length() != part.count() + 1 || seen.get(part.index() - 1)) {
            duplicated.add(offset);
            return false;
        }
        seen.set(part.index() - 1);
        boolean complete = seen.cardinality() == part.count() + 1;
        if (complete) {
            parts.remove(offset);
        }
        return complete;
    }

    private void beyond(long offset, Outcome outcome, Part part) {
        if (!mayRepeat && offset >= range.committedLater()) {
            unexpected(offset);
        } else if (part.isWhole() || isLast(offset, part)) {
            ahead.add(offset, outcome);
        }
    }

    private void unexpected(long offset) {
        unexpected++;
        if (firstUnexpected.size() < Audit.EXAMPLES) {
            firstUnexpected.add(origin(offset));
        }
    }

    private void repeated(long offset) {
        repeated++;
        if (firstRepeated.size() < Audit.EXAMPLES) {
            firstRepeated.add(origin(offset));
        }
    }

    private LongPredicate collect(List<Origin> into, int most) {
        return offset -> {
            if (into.size() < most) {
                into.add(origin(offset));
            }
            return into.size() < most;
        };
    }

    private Origin origin(long offset) {
        return new Origin(partition.topic(), partition.number(), offset);
    }
}
