package dev.spillway.config;

import java.util.HashMap;
import java.util.Map;

/** Configurations for tests: the smallest one that works, changed here and there. */
public final class Settings {
    private final Map<String, String> values = new HashMap<>(Map.of(
            "application.id", "app",
            "bootstrap.servers", "localhost:9092",
            "input.topics", "in",
            "output.topic", "out",
            "drop.topic", "drops",
            "shed.policy", "BLOCK",
            "processor", "identity"));

    private Settings() {}

    public static Settings minimal() {
        return new Settings();
    }

    public Settings with(String key, String value) {
        values.put(key, value);
        return this;
    }

    /** As it has to be where stages are configured. */
    public Settings withoutProcessor() {
        return without("processor");
    }

    Settings without(String key) {
        values.remove(key);
        return this;
    }

    Map<String, String> asMap() {
        return values;
    }

    public SpillwayConfig config() {
        return new SpillwayConfig(values);
    }
}
