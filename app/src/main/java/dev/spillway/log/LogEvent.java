package dev.spillway.log;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.slf4j.event.Level;

/**
 * Something that was logged.
 *
 * @param thread the name of the thread that logged it
 * @param logger its whole name
 */
record LogEvent(
        Instant at,
        String thread,
        Level level,
        String logger,
        String message,
        @Nullable Throwable thrown) {
    /** The stack trace, empty where nothing was thrown. */
    String trace() {
        if (thrown == null) {
            return "";
        }
        StringWriter text = new StringWriter();
        thrown.printStackTrace(new PrintWriter(text, true));
        return text.toString();
    }
}
