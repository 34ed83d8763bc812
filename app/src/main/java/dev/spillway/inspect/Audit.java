package dev.spillway.inspect;

import dev.spillway.config.Guarantee;
import dev.spillway.ledger.Origin;
import dev.spillway.ledger.OriginRange;
import dev.spillway.ledger.Outcome;
import dev.spillway.ledger.PartitionId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.LongStream;

/**
 * Finds out whether every input record has exactly one outcome. Fed with the input first, then with outcomes in any order; knows
 * no Kafka. Used by one thread.
 */
final class Audit {
    /** How many origins of a kind are named. */
    static final int EXAMPLES = 10;

    /** How many records may have incomplete results at a time: some hundred bytes each. */
    private static final int MOST_IN_PARTS = 1_000_000;

    private static final int MOST_NOTES = 50;

    private final String application;
    private final Guarantee guarantee;
    private final int mostInParts;
    private final SortedMap<PartitionId, PartitionBooks> books = new TreeMap<>();
    private final Set<String> topics = new HashSet<>();
    private final List<Origin> strays = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();
    private long stray;
    private long foreign;

    Audit(String application, Guarantee guarantee, Map<PartitionId, InputRange> ranges) {
        this(application, guarantee, ranges, MOST_IN_PARTS);
    }

    Audit(String application, Guarantee guarantee, Map<PartitionId, InputRange> ranges, int mostInParts) {
        this.application = application;
        this.guarantee = guarantee;
        this.mostInParts = mostInParts;
        extend(ranges);
    }

    /** The group has gone on: a new stretch of each partition begins. */
    void extend(Map<PartitionId, InputRange> ranges) {
        ranges.forEach((partition, range) -> {
            topics.add(partition.topic());
            books.computeIfAbsent(partition, p -> new PartitionBooks(p, range, guarantee == Guarantee.AT_LEAST_ONCE))
                    .extend(range.committed(), range.committedLater());
        });
    }

    /** A record of the input, between the start and the committed offset; its timestamp is in milliseconds since 1970. */
    void input(PartitionId partition, long offset, long timestamp) {
        books(partition).input(offset, timestamp);
    }

    /** The input was read up to the committed offsets; outcomes may come. */
    void inputRead() {
        books.values().forEach(PartitionBooks::inputRead);
    }

    /** Forgets what is proven, but for its counts. To be called when the report says that all is conserved. */
    void forgetProven() {
        books.values().forEach(PartitionBooks::forgetProven);
    }

    /** Retention has gone on to an offset while the input was read. */
    void removedBelow(PartitionId partition, long offset) {
        books(partition).removedBelow(offset);
    }

    /**
     * A record of the output, drop, dead letter or processed topic that names its origin.
     *
     * @throws TooManyPartsException when no end of incomplete results is in sight
     */
    void outcome(Origin origin, Outcome outcome, Part part) {
        PartitionBooks found = books.get(origin.partitionId());
        if (found != null) {
            found.outcome(origin.offset(), outcome, part);
            if (!part.isWhole()) {
                requireFewInParts(found);
            }
        } else if (topics.contains(origin.topic())) {
            stray(origin);
        } else {
            foreign++;
        }
    }

    /** A tombstone of several records. */
    void dropped(OriginRange origins) {
        PartitionBooks found = books.get(origins.partitionId());
        if (found != null) {
            found.dropped(origins.first(), origins.count());
        } else if (topics.contains(origins.topic())) {
            LongStream.range(0, origins.count()).mapToObj(origins::get).forEach(this::stray);
        } else {
            foreign++;
        }
    }

    /** A record of the output, drop, dead letter or processed topic that does not say where it came from. */
    void foreign() {
        foreign++;
    }

    /** A sentence for the reader of the report. */
    void note(String sentence) {
        if (notes.size() < MOST_NOTES && !notes.contains(sentence)) {
            notes.add(sentence);
        }
    }

    AuditReport report() {
        List<PartitionAudit> partitions =
                books.values().stream().map(PartitionBooks::audit).toList();
        List<Origin> unexpected = new ArrayList<>(first(PartitionBooks::firstUnexpected));
        unexpected.addAll(strays);
        return new AuditReport(
                application,
                guarantee,
                partitions,
                first(b -> b.firstMissing(EXAMPLES)),
                first(b -> b.firstDuplicated(EXAMPLES)),
                unexpected.subList(0, Math.min(EXAMPLES, unexpected.size())),
                stray,
                foreign,
                notes);
    }

    private List<Origin> first(Function<PartitionBooks, List<Origin>> examples) {
        return books.values().stream()
                .flatMap(b -> examples.apply(b).stream())
                .limit(EXAMPLES)
                .toList();
    }

    private void stray(Origin origin) {
        stray++;
        if (strays.size() < EXAMPLES) {
            strays.add(origin);
        }
    }

    private void requireFewInParts(PartitionBooks grown) {
        if (grown.inParts() > mostInParts) {
            throw new TooManyPartsException(mostInParts);
        }
    }

    private PartitionBooks books(PartitionId partition) {
        PartitionBooks found = books.get(partition);
        if (found == null) {
            throw new IllegalArgumentException(partition + " is no partition of the input");
        }
        return found;
    }
}
