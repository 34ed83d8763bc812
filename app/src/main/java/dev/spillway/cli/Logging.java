package dev.spillway.cli;

/** Log levels. Must be set before the first logger is made; {@code simplelogger.properties} holds the defaults. */
final class Logging {
    private static final String LEVEL = "org.slf4j.simpleLogger.log.";

    private Logging() {}

    /** What {@code -Dorg.slf4j.simpleLogger.log.…} said on Java's own command line stays. */
    static void setUp(boolean verbose) {
        if (verbose) {
            level("dev.spillway", "debug");
            level("org.apache.kafka", "info");
        }
    }

    /**
     * For commands that somebody waits for: they end with one sentence when the cluster does not answer, and until then a line for
     * every attempt to connect tells that person nothing.
     */
    static void withoutConnectionAttempts(boolean verbose) {
        if (!verbose) {
            level("org.apache.kafka.clients.NetworkClient", "error");
            level("org.apache.kafka.clients.ClientUtils", "error");
        }
    }

    private static void level(String logger, String level) {
        if (System.getProperty(LEVEL + logger) == null) {
            System.setProperty(LEVEL + logger, level);
        }
    }
}
