package dev.spillway.cli;

import dev.spillway.log.LogFormat;
import dev.spillway.log.Logs;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/** What commands log, and in which form. Stdout holds results only, so that everything else goes to stderr. */
final class Logging {
    /**
     * Warns for each batch that it will send again, several times a second while a broker still finishes the transaction before, and
     * nothing is wrong. What it cannot deliver fails its record or its epoch, and is told there.
     */
    private static final String PRODUCING = "org.apache.kafka.clients.producer.internals.Sender";

    private static final Logger LOG = LoggerFactory.getLogger("dev.spillway");

    private Logging() {}

    /** At the beginning of a command, whatever the one before it in this process said. */
    static void setUp(boolean verbose) {
        Logs.use(LogFormat.TEXT);
        Logs.level("dev.spillway", verbose ? Level.DEBUG : Level.INFO);
        Logs.level("org.apache.kafka", verbose ? Level.INFO : Level.WARN);
        Logs.holdRepetitions(verbose ? Duration.ZERO : Duration.ofMinutes(1));
        Logs.level(PRODUCING, verbose ? Level.INFO : Level.ERROR);
    }

    /**
     * For commands that somebody waits for: they end with one sentence when the cluster does not answer, and until then a line for
     * every attempt to connect tells that person nothing.
     */
    static void withoutConnectionAttempts(boolean verbose) {
        if (!verbose) {
            Logs.level("org.apache.kafka.clients.NetworkClient", Level.ERROR);
            Logs.level("org.apache.kafka.clients.ClientUtils", Level.ERROR);
        }
    }

    /** Chooses the form by what {@code log.format} says; what makes no sense is left to the configuration's own check. */
    static void use(@Nullable String format) {
        Logs.use("json".equalsIgnoreCase(format) ? LogFormat.JSON : LogFormat.TEXT);
    }

    /** Whether even what is said to the person at the terminal has to be a line of the log. */
    static boolean isForMachines() {
        return Logs.format() == LogFormat.JSON;
    }

    static void info(String sentence) {
        LOG.info("{}", sentence);
    }

    static void error(String sentence, @Nullable Throwable cause) {
        LOG.error("{}", sentence, cause);
    }

    /** A thread that ends with an exception says so in the log's form, too. */
    static void catchWhatNobodyCatches() {
        Thread.setDefaultUncaughtExceptionHandler(
                (thread, failure) -> LOG.error("the thread {} has ended with an exception", thread.getName(), failure));
    }
}
