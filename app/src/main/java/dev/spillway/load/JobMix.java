package dev.spillway.load;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Values that are jobs for the {@code job} processor, by weight.
 *
 * @param cpu weight of jobs that compute
 * @param io weight of jobs that call a URL
 * @param delay weight of jobs that wait
 * @param cpuIterations how much a job computes
 * @param delayMillis how long a job waits
 * @param ioUrl what a job calls; null only where io has no weight
 * @param poisonPercent how many of 100 values are malformed, 0 to 100
 */
public record JobMix(
        int cpu,
        int io,
        int delay,
        long cpuIterations,
        long delayMillis,
        @Nullable String ioUrl,
        double poisonPercent) {
    public JobMix {
        if (cpu < 0 || io < 0 || delay < 0 || (long) cpu + io + delay < 1 || (long) cpu + io + delay > 1_000_000_000) {
            throw new IllegalArgumentException("weights must not be negative, and one of them must not be 0");
        }
        if (io > 0 && ioUrl == null) {
            throw new IllegalArgumentException("io jobs need a URL");
        }
    }

    /** The value of a record. */
    byte[] value(SeededDraws draws, long record) {
        byte[] job = job(draws, record).getBytes(StandardCharsets.UTF_8);
        return draws.unit(record, 1) * 100 < poisonPercent ? Poison.of(job, draws.below(Poison.KINDS, record, 2)) : job;
    }

    private String job(SeededDraws draws, long record) {
        String head = "{\"id\":\"" + record + "\",\"type\":";
        int point = draws.below(cpu + io + delay, record, 3);
        if (point < cpu) {
            return head + "\"cpu\",\"iterations\":" + cpuIterations + "}";
        }
        if (point < cpu + io) {
            return head + "\"io\",\"url\":\"" + quoted(String.valueOf(ioUrl)) + "\"}";
        }
        return head + "\"delay\",\"millis\":" + delayMillis + "}";
    }

    private static String quoted(String text) {
        return new String(JsonStringEncoder.getInstance().quoteAsString(text));
    }
}
