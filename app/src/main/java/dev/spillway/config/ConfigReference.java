package dev.spillway.config;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.ConfigKey;
import org.jspecify.annotations.Nullable;

/** Makes the reference table of the documentation out of the definition. */
final class ConfigReference {
    private ConfigReference() {}

    static String markdown(ConfigDef... definitions) {
        return Arrays.stream(definitions)
                .flatMap(definition -> definition.configKeys().values().stream())
                .map(ConfigReference::row)
                .collect(Collectors.joining(
                        "", "| key | type | default | allowed | meaning |\n|---|---|---|---|---|\n", ""));
    }

    private static String row(ConfigKey key) {
        return "| `" + key.name + "` | " + key.type.name().toLowerCase(Locale.ROOT) + " | " + defaultOf(key) + " | "
                + (key.validator == null ? "" : escape(key.validator.toString())) + " | " + escape(key.documentation)
                + " |\n";
    }

    private static String defaultOf(ConfigKey key) {
        if (!key.hasDefault()) {
            return "required";
        }
        @Nullable Object value = key.defaultValue;
        return value == null ? "see meaning" : "`" + value + "`";
    }

    private static String escape(String text) {
        return text.replace("|", "\\|").replace("<", "&lt;").replace(">", "&gt;");
    }
}
