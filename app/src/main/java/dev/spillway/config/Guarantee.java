package dev.spillway.config;

import java.util.Locale;

/** What happens to results when a process dies between two commits; the key {@code processing.guarantee}. */
public enum Guarantee {
    /** Results, tombstones, dead letters and offsets of an epoch are one Kafka transaction. */
    EXACTLY_ONCE_V2,
    /** Every record has an outcome in the topics; after a crash some have more than one. */
    AT_LEAST_ONCE;

    /** The spelling of the configuration. */
    public String configValue() {
        return name().toLowerCase(Locale.ROOT);
    }
}
