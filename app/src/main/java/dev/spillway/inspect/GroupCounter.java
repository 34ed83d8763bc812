package dev.spillway.inspect;

/** Counts shed records by one of their properties, in bounded memory. Used by one thread. */
interface GroupCounter {
    void add(Tombstone tombstone);

    /** How many groups are held. */
    int held();

    GroupTable table();

    /**
     * Counts by a property.
     *
     * @param mostGroups how many groups are told apart
     */
    static GroupCounter by(Grouping grouping, int mostGroups) {
        return switch (grouping) {
            case TIME -> new TimeHistogram(mostGroups);
            case MINUTE -> new LatestMinutes(mostGroups);
            case REASON, POLICY, STAGE, KEY, PARTITION -> new TopGroups(grouping, mostGroups);
        };
    }
}
