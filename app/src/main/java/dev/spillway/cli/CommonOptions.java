package dev.spillway.cli;

import dev.spillway.config.ConfigSources;
import dev.spillway.config.SpillwayConfig;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options that all commands have. */
final class CommonOptions {
    static final int HELP_WIDTH = 90;

    @Option(
            names = "--command-config",
            order = 1,
            paramLabel = "FILE",
            description = "A properties file with settings for Kafka's clients: security, time-outs.")
    private @Nullable Path commandConfig;

    @Option(names = "--verbose", order = 1, description = "Log more, and show a stack trace when something fails.")
    private boolean verbose;

    boolean verbose() {
        return verbose;
    }

    /** Settings for Kafka's clients as they are written, empty without a file. */
    Map<String, String> writtenClientSettings() {
        return commandConfig == null ? Map.of() : ConfigSources.readFile(commandConfig);
    }

    /** The same with what they refer to in its place. */
    Map<String, String> clientSettings() {
        return SpillwayConfig.resolve(writtenClientSettings());
    }
}
