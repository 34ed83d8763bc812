package dev.spillway.inspect;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Tombstones over time, in steps of a length that makes some forty rows of the whole. Counts are exact; when there are too many
 * steps, they become longer. Anybody can write a tombstone of the year 1: a few such times must not flatten the rest, so one in a
 * thousand at either end may stand in a row of its own, "earlier" and "later".
 */
final class TimeHistogram implements GroupCounter {
    static final int ROWS = 40;
    static final String EARLIER = "earlier";
    static final String LATER = "later";

    private static final long DAY = 86_400;
    private static final long[] STEPS = {
        1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, DAY
    };

    private final int mostSteps;
    private final TreeMap<Long, Long> counts = new TreeMap<>();
    private long step = STEPS[0];
    private long total;

    /** @param mostSteps how many steps are kept in memory */
    TimeHistogram(int mostSteps) {
        this.mostSteps = mostSteps;
    }

    @Override
    public void add(Tombstone tombstone) {
        total += tombstone.records();
        counts.merge(start(tombstone.at().getEpochSecond(), step), tombstone.records(), Long::sum);
        while (counts.size() > mostSteps) {
            lengthen();
        }
    }

    @Override
    public int held() {
        return counts.size();
    }

    @Override
    public GroupTable table() {
        if (counts.isEmpty()) {
            return new GroupTable(Grouping.TIME, List.of(), 0, 0, mostSteps);
        }
        long from = counts.firstKey();
        long to = counts.lastKey();
        long usualFrom = percentile(1);
        long usualTo = percentile(999);
        if (fitting(usualFrom, usualTo) <= fitting(from, to) / 4) {
            from = usualFrom;
            to = usualTo;
        }
        return new GroupTable(Grouping.TIME, rows(from, to, fitting(from, to)), 0, 0, mostSteps);
    }

    private List<GroupTable.Row> rows(long from, long to, long width) {
        List<GroupTable.Row> rows = new ArrayList<>();
        long end = start(to, width) + width;
        addRest(rows, EARLIER, counts.headMap(start(from, width), false));
        for (long at = start(from, width); at < end; at += width) {
            long count = sum(counts.subMap(at, at + width));
            rows.add(new GroupTable.Row(
                    Moment.second(Instant.ofEpochSecond(at)),
                    count,
                    0,
                    Instant.ofEpochSecond(at),
                    Instant.ofEpochSecond(at + width)));
        }
        addRest(rows, LATER, counts.tailMap(end, true));
        return rows;
    }

    private void addRest(List<GroupTable.Row> rows, String name, SortedMap<Long, Long> rest) {
        if (!rest.isEmpty()) {
            rows.add(new GroupTable.Row(
                    name,
                    sum(rest),
                    0,
                    Instant.ofEpochSecond(rest.firstKey()),
                    Instant.ofEpochSecond(rest.lastKey() + step)));
        }
    }

    /** The step below which so many of a thousand lie. */
    private long percentile(long perMille) {
        long below = 0;
        for (var entry : counts.entrySet()) {
            below += entry.getValue();
            if (1000 * below > perMille * total) {
                return entry.getKey();
            }
        }
        return counts.lastKey();
    }

    /** The shortest step, not shorter than what is kept, that shows this time in the rows that there are. */
    private long fitting(long from, long to) {
        long width = step;
        while ((start(to, width) - start(from, width)) / width >= ROWS) {
            width = longer(width);
        }
        return width;
    }

    private void lengthen() {
        step = longer(step);
        TreeMap<Long, Long> coarse = new TreeMap<>();
        counts.forEach((at, count) -> coarse.merge(start(at, step), count, Long::sum));
        counts.clear();
        counts.putAll(coarse);
    }

    private static long longer(long width) {
        for (long candidate : STEPS) {
            if (candidate > width) {
                return candidate;
            }
        }
        return 2 * width;
    }

    private static long start(long second, long width) {
        return Math.floorDiv(second, width) * width;
    }

    private static long sum(SortedMap<Long, Long> counts) {
        return counts.values().stream().mapToLong(Long::longValue).sum();
    }
}
