package dev.spillway.inspect;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Tombstones by minute. When there are too many minutes the latest matter: the earliest are counted together. */
final class LatestMinutes implements GroupCounter {
    private final int mostMinutes;
    private final TreeMap<String, Minute> minutes = new TreeMap<>();
    private long earlier;

    LatestMinutes(int mostMinutes) {
        this.mostMinutes = mostMinutes;
    }

    @Override
    public void add(Tombstone tombstone) {
        minutes.computeIfAbsent(Grouping.MINUTE.groupOf(tombstone), name -> new Minute())
                .add(tombstone.at(), tombstone.records());
        if (minutes.size() > mostMinutes) {
            earlier += minutes.pollFirstEntry().getValue().count;
        }
    }

    @Override
    public int held() {
        return minutes.size();
    }

    @Override
    public GroupTable table() {
        List<GroupTable.Row> rows =
                minutes.entrySet().stream().map(LatestMinutes::row).toList();
        return new GroupTable(Grouping.MINUTE, rows, earlier, 0, mostMinutes);
    }

    private static GroupTable.Row row(Map.Entry<String, Minute> entry) {
        Minute minute = entry.getValue();
        return new GroupTable.Row(entry.getKey(), minute.count, 0, minute.first, minute.last);
    }

    private static final class Minute {
        private long count;
        private Instant first = Instant.MAX;
        private Instant last = Instant.MIN;

        private void add(Instant at, long records) {
            count += records;
            first = at.isBefore(first) ? at : first;
            last = at.isAfter(last) ? at : last;
        }
    }
}
