package dev.spillway.config;

import java.util.Locale;

/** What a tombstone in the drop topic stands for; the key {@code drop.tombstones}. */
public enum Tombstones {
    /** One shed record. */
    RECORD,
    /** A run of neighbouring offsets of a partition that were shed together for the same reason, within one epoch. */
    RANGE;

    /** As it is written in a configuration. */
    public String configValue() {
        return name().toLowerCase(Locale.ROOT);
    }
}
