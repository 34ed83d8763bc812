package dev.spillway.inspect;

import java.util.Locale;

/** What tombstones are counted by. */
public enum Grouping {
    /** When the record was shed, in steps that make some forty rows of the whole time. */
    TIME,
    /** Why the record was shed. */
    REASON,
    /** The policy that shed the record. Its verdict is the tombstone's reason, and has its name. */
    POLICY,
    /** The stage that shed it, where there are several. */
    STAGE,
    /** The record's key. */
    KEY,
    /** The input partition that the record came from. */
    PARTITION,
    /** The minute in which it was shed, in UTC. */
    MINUTE;

    String groupOf(Tombstone tombstone) {
        return switch (this) {
            case REASON, POLICY -> tombstone.reason();
            case STAGE -> tombstone.stageForPeople();
            case KEY -> tombstone.key();
            case PARTITION -> tombstone.originPartition();
            case TIME, MINUTE -> Moment.minute(tombstone.at());
        };
    }

    /** The name of the column. */
    String title() {
        return name().toLowerCase(Locale.ROOT);
    }

    String plural() {
        return this == POLICY ? "policies" : title() + "s";
    }
}
