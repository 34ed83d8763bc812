package dev.spillway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What a terminal sends on Ctrl-C: SIGINT. A shell without job control has its background commands ignore that signal, and whoever
 * starts a child that way hands it on; nothing that such a JVM starts can be told to end by Ctrl-C, nor be tested for it.
 */
public final class CtrlC {
    private static final long SIGINT = 1L << (2 - 1);
    private static final Path STATUS = Path.of("/proc/self/status");

    private CtrlC() {}

    /** Skips the test, with a sentence, where children of this JVM ignore the signal. */
    public static void assumeHeeded() throws IOException {
        assumeThat(isIgnored())
                .as("this build ignores SIGINT, as in the background of a shell script: use 'set -m' there")
                .isFalse();
    }

    /** Sends it to a process that is a child or grandchild of ours. */
    public static void sendTo(long pid) throws IOException, InterruptedException {
        assertThat(new ProcessBuilder("kill", "-INT", Long.toString(pid))
                        .start()
                        .waitFor())
                .isZero();
    }

    /** What Linux says; elsewhere there is nothing to ask, and a test that fails there names the time-out it ran into. */
    private static boolean isIgnored() throws IOException {
        if (!Files.isReadable(STATUS)) {
            return false;
        }
        return Files.readAllLines(STATUS).stream()
                .filter(line -> line.startsWith("SigIgn:"))
                .anyMatch(line -> (Long.parseUnsignedLong(
                                        line.substring("SigIgn:".length()).strip(), 16)
                                & SIGINT)
                        != 0);
    }
}
