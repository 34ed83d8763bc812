package dev.spillway.inspect;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Counts tombstones in groups, in bounded memory: when there are too many groups, those that come later are counted together.
 * Minutes are different, as there the latest ones matter: the earliest are counted together. Used by one thread.
 */
final class DropCounts {
    /** How many groups are told apart. */
    static final int MOST_GROUPS = 10_000;

    private final Grouping grouping;
    private final int mostGroups;
    private final Map<String, Group> groups;
    private long tombstones;
    private long inOtherGroups;
    private long strangers;

    DropCounts(Grouping grouping) {
        this(grouping, MOST_GROUPS);
    }

    DropCounts(Grouping grouping, int mostGroups) {
        this.grouping = grouping;
        this.mostGroups = mostGroups;
        this.groups = grouping == Grouping.MINUTE ? new TreeMap<>() : new HashMap<>();
    }

    void add(Tombstone tombstone) {
        tombstones++;
        String name = grouping.groupOf(tombstone);
        Group group = groups.get(name);
        if (group == null && hasRoomFor(name)) {
            group = new Group();
            groups.put(name, group);
        }
        if (group == null) {
            inOtherGroups++;
        } else {
            group.add(tombstone.at());
        }
    }

    /** A record that is no tombstone. */
    void addStranger() {
        strangers++;
    }

    /** How many groups are held. */
    int held() {
        return groups.size();
    }

    DropReport report(String topic, boolean complete) {
        List<DropReport.Row> rows = new ArrayList<>();
        groups.forEach((name, group) -> rows.add(new DropReport.Row(name, group.count, group.first, group.last)));
        rows.sort(
                grouping == Grouping.MINUTE
                        ? Comparator.comparing(DropReport.Row::group)
                        : Comparator.comparingLong(DropReport.Row::count)
                                .reversed()
                                .thenComparing(DropReport.Row::group));
        return new DropReport(topic, grouping, rows, tombstones, inOtherGroups, strangers, complete);
    }

    private boolean hasRoomFor(String name) {
        if (groups.size() < mostGroups) {
            return true;
        }
        if (!(groups instanceof TreeMap<String, Group> minutes)
                || minutes.firstKey().compareTo(name) > 0) {
            return false;
        }
        inOtherGroups += minutes.pollFirstEntry().getValue().count;
        return true;
    }

    private static final class Group {
        private long count;
        private Instant first = Instant.MAX;
        private Instant last = Instant.MIN;

        private void add(Instant at) {
            count++;
            first = at.isBefore(first) ? at : first;
            last = at.isAfter(last) ? at : last;
        }
    }
}
