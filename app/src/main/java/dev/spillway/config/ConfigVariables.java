package dev.spillway.config;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.provider.ConfigProvider;
import org.apache.kafka.common.config.provider.DirectoryConfigProvider;
import org.apache.kafka.common.config.provider.EnvVarConfigProvider;
import org.apache.kafka.common.config.provider.FileConfigProvider;
import org.jspecify.annotations.Nullable;

/**
 * Settings of which some say only where their value is kept, in Kafka's notation and found by Kafka's own providers:
 * <code>${file:PATH:KEY}</code> for a key of a properties file, <code>${directory:PATH:FILE}</code> for a file's whole content,
 * <code>${env:NAME}</code> for a variable of the environment. What comes from there is a secret: it is never shown, only where it is
 * from. Immutable.
 */
final class ConfigVariables {
    private static final Pattern VARIABLE = Pattern.compile("\\$\\{(file|directory|env):(?:([^}]*):)?([^}:]*)}");

    private final Map<String, String> values = new HashMap<>();
    private final Map<String, String> written = new HashMap<>();
    private final Map<String, String> secrets = new HashMap<>();

    private ConfigVariables() {}

    /**
     * Looks all variables up.
     *
     * @throws InvalidConfigException when one is not there; names the key and the variable
     */
    static ConfigVariables resolve(Map<String, String> settings) {
        ConfigVariables variables = new ConfigVariables();
        settings.forEach(variables::add);
        return variables;
    }

    /** Settings that have been looked through already: what looks like a reference in them is data. */
    static ConfigVariables none(Map<String, String> settings) {
        ConfigVariables variables = new ConfigVariables();
        variables.values.putAll(settings);
        return variables;
    }

    private void add(String key, String text) {
        String value = VARIABLE.matcher(text).replaceAll(found -> Matcher.quoteReplacement(lookUp(key, found)));
        values.put(key, value);
        if (!value.equals(text)) {
            written.put(key, text);
            secrets.put(value, text);
        }
    }

    /** The settings with their values. */
    Map<String, String> values() {
        return Map.copyOf(values);
    }

    /** Those settings that say where their value is kept, as they were written. */
    Map<String, String> written() {
        return Map.copyOf(written);
    }

    /**
     * A message in which every value that was looked up is again what was written for it. A file ends with a line break as a rule, and who
     * quotes its content has taken that off.
     */
    String redact(String message) {
        String redacted = message;
        for (Map.Entry<String, String> secret : secrets.entrySet()) {
            String bare = secret.getKey().strip();
            if (!bare.isEmpty()) {
                redacted = redacted.replace(secret.getKey(), secret.getValue()).replace(bare, secret.getValue());
            }
        }
        return redacted;
    }

    private String lookUp(String key, MatchResult variable) {
        String name = variable.group(3);
        String path = variable.group(2) == null ? "" : variable.group(2);
        String value = ask(key, variable.group(1), path, name, variable.group());
        if (value == null) {
            throw missing(key, variable.group(), "it is not there");
        }
        secrets.put(value, variable.group());
        return value;
    }

    private static @Nullable String ask(String key, String kind, String path, String name, String variable) {
        try (ConfigProvider provider = provider(kind)) {
            provider.configure(Map.of());
            return provider.get(path, Set.of(name)).data().get(name);
        } catch (ConfigException | IOException e) {
            throw missing(key, variable, "it cannot be read");
        }
    }

    private static ConfigProvider provider(String kind) {
        return switch (kind) {
            case "file" -> new FileConfigProvider();
            case "directory" -> new DirectoryConfigProvider();
            default -> new EnvVarConfigProvider();
        };
    }

    private static InvalidConfigException missing(String key, String variable, String why) {
        return new InvalidConfigException(
                key + " refers to " + variable + ", and " + why
                        + ": check the path, its permissions and the name (${file:PATH:KEY}, ${directory:PATH:FILE}, ${env:NAME})");
    }
}
