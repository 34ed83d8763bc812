package dev.spillway.log;

import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/**
 * A line for people. What is quoted in it may come from anywhere: control characters are written as escapes, and only the first line of
 * an event begins at the margin, so that none can be forged.
 */
final class TextLine {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern(
                    "yyyy-MM-dd'T'HH:mm:ss.SSSXXX", Locale.ROOT)
            .withZone(ZoneId.systemDefault());

    private TextLine() {}

    static String of(LogEvent event) {
        String line = TIME.format(event.at()) + " [" + harmless(event.thread()) + "] " + event.level() + " "
                + shortName(event.logger()) + " - " + harmless(event.message());
        String trace = event.trace();
        return trace.isEmpty() ? line : line + harmless("\n" + trace.stripTrailing());
    }

    private static String shortName(String logger) {
        return logger.substring(logger.lastIndexOf('.') + 1);
    }

    private static String harmless(String text) {
        if (text.codePoints().noneMatch(TextLine::isHarmful)) {
            return text;
        }
        StringBuilder safe = new StringBuilder(text.length() + 16);
        text.codePoints().forEach(c -> {
            if (c == '\n') {
                safe.append("\n  ");
            } else if (c == '\t') {
                safe.append("    ");
            } else if (c != '\r' && isHarmful(c)) {
                safe.append(String.format(Locale.ROOT, "\\u%04x", c));
            } else if (c != '\r') {
                safe.appendCodePoint(c);
            }
        });
        return safe.toString();
    }

    /** Controls, and what turns the direction of the text around it. */
    private static boolean isHarmful(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL, Character.FORMAT, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR -> true;
            default -> false;
        };
    }
}
