package dev.spillway.inspect;

import java.util.List;

/** The groups with the most records. */
final class TopGroups implements GroupCounter {
    private final Grouping grouping;
    private final SpaceSaving counts;
    private final int mostGroups;

    TopGroups(Grouping grouping, int mostGroups) {
        this.grouping = grouping;
        this.mostGroups = mostGroups;
        this.counts = new SpaceSaving(mostGroups);
    }

    @Override
    public void add(Tombstone tombstone) {
        counts.add(grouping.groupOf(tombstone), tombstone.at(), tombstone.records());
    }

    @Override
    public int held() {
        return counts.held();
    }

    @Override
    public GroupTable table() {
        List<GroupTable.Row> rows = counts.rows();
        return new GroupTable(grouping, rows, 0, counts.error(), mostGroups);
    }
}
