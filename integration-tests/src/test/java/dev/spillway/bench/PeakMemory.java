package dev.spillway.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The most memory that a process had resident, as Linux keeps it while the process lives. */
final class PeakMemory {
    private static final String FIELD = "VmHWM:";

    private PeakMemory() {}

    /** Begins anew with what is resident now, where the system can do that. */
    static void reset(long pid) {
        try {
            Files.writeString(Path.of("/proc", Long.toString(pid), "clear_refs"), "5");
        } catch (IOException e) {
            // then it is the most that the process ever had
        }
    }

    /** 0 where the system does not tell. */
    static long bytes(long pid) {
        try {
            return bytes(Files.readAllLines(Path.of("/proc", Long.toString(pid), "status")));
        } catch (IOException e) {
            return 0;
        }
    }

    static long bytes(List<String> status) {
        return status.stream()
                .filter(line -> line.startsWith(FIELD))
                .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) << 10)
                .findFirst()
                .orElse(0);
    }
}
