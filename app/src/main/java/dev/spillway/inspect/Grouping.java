package dev.spillway.inspect;

import java.util.Locale;

/** What tombstones are counted by. */
public enum Grouping {
    /** Why the record was shed. */
    REASON,
    /** The record's key. */
    KEY,
    /** The input partition that the record came from. */
    PARTITION,
    /** The minute in which it was shed, in UTC. */
    MINUTE;

    String groupOf(Tombstone tombstone) {
        return switch (this) {
            case REASON -> tombstone.reason();
            case KEY -> tombstone.key();
            case PARTITION -> tombstone.originPartition();
            case MINUTE -> Moment.minute(tombstone.at());
        };
    }

    /** The name of the column. */
    String title() {
        return name().toLowerCase(Locale.ROOT);
    }
}
