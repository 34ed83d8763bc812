package dev.spillway.config;

import java.util.Locale;

/** Which records wait for each other: of those that do, one is processed at a time, in the order of their offsets. */
public enum Ordering {
    /** None. */
    UNORDERED,
    /** Those of one partition that have the same key; a record without a key waits for nobody. */
    KEY,
    /** Those of one partition. */
    PARTITION;

    /** As it is written in a configuration. */
    public String configValue() {
        return name().toLowerCase(Locale.ROOT);
    }
}
