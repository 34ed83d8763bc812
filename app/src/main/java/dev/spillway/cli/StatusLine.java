package dev.spillway.cli;

import java.io.PrintWriter;

/** The last line of a terminal, rewritten in place. Used by one thread. */
final class StatusLine {
    /** A line that is longer than the terminal is wide could not be taken back. */
    private static final int WIDTH = 79;

    private final PrintWriter writer;
    private int shown;

    StatusLine(PrintWriter writer) {
        this.writer = writer;
    }

    void show(String text) {
        String line = text.length() > WIDTH ? text.substring(0, WIDTH) : text;
        writer.print("\r" + line + " ".repeat(Math.max(0, shown - line.length())));
        writer.flush();
        shown = line.length();
    }

    void clear() {
        if (shown > 0) {
            writer.print("\r" + " ".repeat(shown) + "\r");
            writer.flush();
            shown = 0;
        }
    }
}
