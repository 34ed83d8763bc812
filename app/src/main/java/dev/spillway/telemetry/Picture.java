package dev.spillway.telemetry;

import dev.spillway.runtime.Instruments;
import dev.spillway.runtime.Lifecycle;
import org.jspecify.annotations.Nullable;

/**
 * All that an operator may see of a sidecar at one moment; metrics and page show the same one.
 *
 * @param atNanos the moment, by the monotonic clock
 * @param atMillis the moment, in milliseconds since 1970
 * @param ready whether it runs with partitions assigned
 * @param last what the last full second was like
 * @param alarm in words, the queue that the watermark alarm is raised for; null while it is not raised
 */
record Picture(
        long atNanos,
        long atMillis,
        Lifecycle.State state,
        boolean ready,
        Instruments.Reading reading,
        Sample last,
        @Nullable String alarm) {

    /** Whether it is ready, and why or why not. */
    String readiness() {
        String why = state instanceof Lifecycle.Running && !ready
                ? "the group has assigned it no partitions: it has joined only just, or there are more instances than"
                        + " partitions"
                : state.reason();
        return state.name() + ": " + why;
    }

    /** How many more records the queue would take in now. */
    long permits() {
        return Math.max(0, reading.queue().limit() - reading.queue().held());
    }

    /** For how long the oldest epoch that is not committed has held records, in nanoseconds. */
    long oldestEpochNanos() {
        return reading.intake().epochs().stream()
                .findFirst()
                .map(epoch -> Math.max(0, atNanos - epoch.openedAtNanos()))
                .orElse(0L);
    }

    /** How many records of the assigned partitions are not committed; unknown ones count as none. */
    long lag() {
        return reading.intake().partitions().stream()
                .mapToLong(partition -> Math.max(0, partition.lag()))
                .sum();
    }

    /** For how long the consumer loop has not said anything, in nanoseconds; 0 before its first word. */
    long silenceNanos() {
        long said = reading.intake().atNanos();
        return said == 0 ? 0 : Math.max(0, atNanos - said);
    }
}
