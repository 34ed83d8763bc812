package dev.spillway.cli;

import dev.spillway.config.ConfigSources;
import dev.spillway.config.SpillwayConfig;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options that say where the sidecar's configuration is. */
final class ConfigOptions {
    @Option(names = "--config", paramLabel = "FILE", description = "The sidecar's configuration, a properties file.")
    private @Nullable Path file;

    @Option(
            names = "-D",
            paramLabel = "KEY=VALUE",
            description = "One key of the configuration, over the file and the environment.")
    private final Map<String, String> overrides = new LinkedHashMap<>();

    boolean isGiven() {
        return file != null;
    }

    boolean hasOverrides() {
        return !overrides.isEmpty();
    }

    /**
     * Reads and validates the configuration.
     *
     * @throws dev.spillway.config.InvalidConfigException when it cannot work
     */
    SpillwayConfig read(Map<String, String> environment) {
        return read(environment, Map.of());
    }

    /**
     * Reads and validates the configuration.
     *
     * @param clientSettings what {@code --command-config} said, over the file and the environment
     * @throws dev.spillway.config.InvalidConfigException when it cannot work
     */
    SpillwayConfig read(Map<String, String> environment, Map<String, String> clientSettings) {
        Path path = file == null ? Path.of("spillway.properties") : file;
        Map<String, String> options = new LinkedHashMap<>(clientSettings);
        options.putAll(overrides);
        Map<String, String> settings = ConfigSources.merge(path, environment, options);
        Logging.use(settings.get(SpillwayConfig.LOG_FORMAT));
        return new SpillwayConfig(settings);
    }
}
