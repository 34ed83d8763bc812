package dev.spillway.bench;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What an arm is told, as {@code name=value} on its command line.
 *
 * @param values by name
 */
record ArmSettings(SortedMap<String, String> values) {
    static final ArmSettings NONE = new ArmSettings(Collections.emptySortedMap());

    ArmSettings {
        values = Collections.unmodifiableSortedMap(new TreeMap<>(values));
    }

    static ArmSettings parse(List<String> arguments) {
        TreeMap<String, String> values = new TreeMap<>();
        for (String argument : arguments) {
            int end = argument.indexOf('=');
            values.put(argument.substring(0, end), argument.substring(end + 1));
        }
        return new ArmSettings(values);
    }

    List<String> arguments() {
        List<String> arguments = new ArrayList<>();
        values.forEach((name, value) -> arguments.add(name + "=" + value));
        return arguments;
    }

    ArmSettings with(String name, Object value) {
        TreeMap<String, String> more = new TreeMap<>(values);
        more.put(name, value.toString());
        return new ArmSettings(more);
    }

    /** These, and the others in place of those that have the same name. */
    ArmSettings withAll(ArmSettings others) {
        TreeMap<String, String> more = new TreeMap<>(values);
        more.putAll(others.values);
        return new ArmSettings(more);
    }

    String bootstrapServers() {
        return require("bootstrap.servers");
    }

    String input() {
        return require("input");
    }

    String output() {
        return require("output");
    }

    /** Threads, workers or concurrency, whatever the arm calls it; 1 unless told. */
    int threads() {
        return Integer.parseInt(values.getOrDefault("threads", "1"));
    }

    /** How long a record's work waits; 0 for no work. */
    long workMillis() {
        return Long.parseLong(values.getOrDefault("work.ms", "0"));
    }

    boolean isExactlyOnce() {
        return Boolean.parseBoolean(values.getOrDefault("exactly.once", "false"));
    }

    boolean has(String name) {
        return values.containsKey(name);
    }

    String require(String name) {
        String value = values.get(name);
        if (value == null) {
            throw new IllegalArgumentException("the arm was not told its " + name);
        }
        return value;
    }

    /** Those whose names begin so, without that beginning. */
    Map<String, String> under(String prefix) {
        return values.entrySet().stream()
                .filter(setting -> setting.getKey().startsWith(prefix))
                .collect(Collectors.toMap(setting -> setting.getKey().substring(prefix.length()), Map.Entry::getValue));
    }
}
