package dev.spillway.demo;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.joining;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What a broker's JVM has written to its standard output and error, Kafka's own log included.
 *
 * @param file grows by every start of the node
 */
record BrokerLog(Path file) {
    private static final int EXCERPT_LINES = 6;

    /** Whether a start failed because another process has one of the node's ports. */
    boolean tellsOfTakenPort() {
        return lines().stream().anyMatch(line -> line.contains("java.net.BindException"));
    }

    /** The first lines that look like errors, or else the last lines; empty if there is nothing to read. */
    String excerpt() {
        List<String> lines = lines();
        List<String> errors = lines.stream().filter(BrokerLog::looksLikeError).toList();
        List<String> shown = errors.isEmpty()
                ? lines.subList(Math.max(0, lines.size() - EXCERPT_LINES), lines.size())
                : errors.subList(0, Math.min(EXCERPT_LINES, errors.size()));
        return shown.stream().collect(joining(System.lineSeparator()));
    }

    private static boolean looksLikeError(String line) {
        return line.contains(" ERROR ") || line.contains("Exception") || line.startsWith("Error");
    }

    /** Not as strict about the encoding as {@link Files#lines} is: a crashing JVM may write anything. */
    private List<String> lines() {
        try {
            return new String(Files.readAllBytes(file), UTF_8).lines().toList();
        } catch (IOException e) {
            return List.of();
        }
    }
}
