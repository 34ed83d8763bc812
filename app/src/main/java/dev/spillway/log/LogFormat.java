package dev.spillway.log;

/** The form of a log line. */
public enum LogFormat {
    /** For people: time, thread, level, logger, message; a stack trace follows in lines of its own. */
    TEXT,

    /** For machines: one JSON object in each line, stack traces included. */
    JSON;

    String line(LogEvent event) {
        return switch (this) {
            case TEXT -> TextLine.of(event);
            case JSON -> JsonLine.of(event);
        };
    }
}
