package dev.spillway.cli;

import java.io.Console;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Finds out whether a person looks at stderr. */
final class Terminal {
    private static final Path STDERR = Path.of("/proc/self/fd/2");

    private Terminal() {}

    static boolean isStderr() {
        if ("dumb".equals(System.getenv("TERM"))) {
            return false;
        }
        try {
            String file = Files.readSymbolicLink(STDERR).toString();
            return file.startsWith("/dev/pts/") || file.startsWith("/dev/tty") || file.equals("/dev/console");
        } catch (IOException | UnsupportedOperationException e) {
            return isConsole(System.console());
        }
    }

    /** Java 22 and later have a console without a terminal, too, and a method that tells; before, having one was the answer. */
    private static boolean isConsole(@Nullable Console console) {
        if (console == null) {
            return false;
        }
        try {
            return (boolean) Console.class.getMethod("isTerminal").invoke(console);
        } catch (ReflectiveOperationException e) {
            return true;
        }
    }
}
