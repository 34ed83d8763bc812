package dev.spillway.inspect;

import java.time.Instant;
import java.util.List;

/** Counts the records that tombstones stand for, in several ways at a time and in bounded memory. Used by one thread. */
final class DropCounts {
    /** How many groups are told apart. */
    static final int MOST_GROUPS = 10_000;

    private final List<GroupCounter> counters;
    private long tombstones;
    private long records;
    private long inRanges;
    private long strangers;
    private Instant first = Instant.MAX;
    private Instant last = Instant.MIN;

    DropCounts(List<Grouping> groupings) {
        this(groupings, MOST_GROUPS);
    }

    DropCounts(List<Grouping> groupings, int mostGroups) {
        this.counters = groupings.stream()
                .map(grouping -> GroupCounter.by(grouping, mostGroups))
                .toList();
    }

    void add(Tombstone tombstone) {
        tombstones++;
        records += tombstone.records();
        inRanges += tombstone.isRange() ? tombstone.records() : 0;
        first = tombstone.at().isBefore(first) ? tombstone.at() : first;
        last = tombstone.at().isAfter(last) ? tombstone.at() : last;
        counters.forEach(counter -> counter.add(tombstone));
    }

    /** A record that is no tombstone. */
    void addStranger() {
        strangers++;
    }

    /** How many groups are held. */
    int held() {
        return counters.stream().mapToInt(GroupCounter::held).sum();
    }

    DropReport report(String topic, boolean complete) {
        List<GroupTable> tables = counters.stream().map(GroupCounter::table).toList();
        return new DropReport(topic, tables, records, inRanges, tombstones, first, last, strangers, complete);
    }
}
