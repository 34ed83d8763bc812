package dev.spillway.config;

import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;

/** Where settings come from: a file, the environment over it, {@code -D} options over both. */
public final class ConfigSources {
    private static final String ENVIRONMENT_PREFIX = "SPILLWAY_";

    private ConfigSources() {}

    /**
     * Merges the three sources.
     *
     * @param file a Java properties file in UTF-8
     * @param environment the process's environment; {@code SPILLWAY_SHED_POLICY} stands for {@code shed.policy}, and
     *     variables that stand for no key are left alone, since platforms set some of their own
     * @param options what {@code -D} said
     * @throws InvalidConfigException when the file cannot be read
     */
    public static Map<String, String> merge(Path file, Map<String, String> environment, Map<String, String> options) {
        Map<String, String> merged = new HashMap<>(readFile(file));
        environment.forEach((name, value) -> {
            String key = keyOf(name);
            if (SpillwayConfig.isKnown(key)) {
                merged.put(key, value);
            }
        });
        merged.putAll(options);
        return merged;
    }

    /**
     * Reads a properties file.
     *
     * @throws InvalidConfigException when it cannot be read
     */
    public static Map<String, String> readFile(Path file) {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            properties.load(reader);
        } catch (NoSuchFileException e) {
            throw new InvalidConfigException("the file " + file + " does not exist: check the path");
        } catch (IOException | IllegalArgumentException e) {
            throw new InvalidConfigException(
                    "the file " + file + " cannot be read as a properties file in UTF-8: " + e.getMessage());
        }
        Map<String, String> settings = new HashMap<>();
        properties
                .stringPropertyNames()
                .forEach(key -> settings.put(key, properties.getProperty(key).strip()));
        return settings;
    }

    private static String keyOf(String variable) {
        return variable.startsWith(ENVIRONMENT_PREFIX)
                ? variable.substring(ENVIRONMENT_PREFIX.length())
                        .toLowerCase(Locale.ROOT)
                        .replace('_', '.')
                : "";
    }
}
