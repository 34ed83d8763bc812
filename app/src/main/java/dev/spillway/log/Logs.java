package dev.spillway.log;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.event.Level;

/**
 * What is logged, and in which form; of the process, as logging is. Any thread.
 *
 * <p>A level counts for the logger of that name and those below it. {@code -Dspillway.log.<logger>=<level>} (trace, debug, info, warn, error or off) on Java's own command line
 * goes over what the program says.
 */
public final class Logs {
    private static final String PROPERTY = "spillway.log.";
    private static final int USUAL = Level.WARN.toInt();
    private static final int OFF = Integer.MAX_VALUE;

    private static final Map<String, LineLogger> LOGGERS = new ConcurrentHashMap<>();
    private static final Object LOCK = new Object();

    @GuardedBy("LOCK")
    private static final Map<String, Integer> LEVELS = new HashMap<>();

    private static volatile LogFormat format = LogFormat.TEXT;
    private static volatile Repetitions repetitions = new Repetitions(Duration.ZERO);

    static {
        LEVELS.put("dev.spillway", Level.INFO.toInt());
        // Asked for end offsets of partitions that it is not assigned, the client warns once for each, though nothing
        // is wrong.
        LEVELS.put("org.apache.kafka.clients.consumer.internals.OffsetFetcherUtils", Level.ERROR.toInt());
        chosen().forEach(LEVELS::put);
    }

    private Logs() {}

    /** Chooses the form of all lines from now on. */
    public static void use(LogFormat chosen) {
        format = chosen;
    }

    /** The form of lines. */
    public static LogFormat format() {
        return format;
    }

    /** Lets a logger and those below it log from a level on; not where Java's command line says otherwise. */
    public static void level(String logger, Level level) {
        synchronized (LOCK) {
            if (!chosen().containsKey(logger)) {
                LEVELS.put(logger, level.toInt());
            }
            LOGGERS.values().forEach(one -> one.logFrom(levelOf(one.getName())));
        }
    }

    /**
     * How long a warning of Kafka's clients is held back that was given before, but for what it names: while a broker is away they warn
     * several times a second.
     *
     * @param pause the one that passes then says how many were held back; with zero none is
     */
    public static void holdRepetitions(Duration pause) {
        repetitions = new Repetitions(pause);
    }

    static @Nullable String told(String logger, String pattern, String message) {
        return logger.startsWith("org.apache.kafka.")
                ? repetitions.told(logger, pattern, message, System.nanoTime())
                : message;
    }

    static Logger logger(String name) {
        LineLogger known = LOGGERS.get(name);
        if (known != null) {
            return known;
        }
        synchronized (LOCK) {
            return LOGGERS.computeIfAbsent(name, absent -> new LineLogger(absent, levelOf(absent)));
        }
    }

    @SuppressWarnings("SystemOut") // this is what writes there
    static void write(String thread, Level level, String logger, String message, @Nullable Throwable thrown) {
        System.err.println(format.line(new LogEvent(Instant.now(), thread, level, logger, message, thrown)));
    }

    @GuardedBy("LOCK")
    private static int levelOf(String logger) {
        String name = logger;
        while (!name.isEmpty()) {
            Integer level = LEVELS.get(name);
            if (level != null) {
                return level;
            }
            name = name.substring(0, Math.max(0, name.lastIndexOf('.')));
        }
        return USUAL;
    }

    private static Map<String, Integer> chosen() {
        Map<String, Integer> levels = new HashMap<>();
        System.getProperties().stringPropertyNames().stream()
                .filter(name -> name.startsWith(PROPERTY))
                .forEach(name -> parse(System.getProperty(name))
                        .ifPresent(level -> levels.put(name.substring(PROPERTY.length()), level)));
        return levels;
    }

    private static Optional<Integer> parse(String name) {
        try {
            String level = name.strip().toUpperCase(Locale.ROOT);
            return Optional.of(level.equals("OFF") ? OFF : Level.valueOf(level).toInt());
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
