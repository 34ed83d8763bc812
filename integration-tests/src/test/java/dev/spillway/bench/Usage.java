package dev.spillway.bench;

import java.time.Duration;

/**
 * What an arm has used in a turn.
 *
 * @param cpu on all cores together
 * @param peakBytes the most memory that was resident, heap that an earlier turn has touched included; 0 where the system does not tell
 */
record Usage(Duration cpu, long peakBytes) {
    double cpuSeconds() {
        return cpu.toMillis() / 1e3;
    }

    double peakMebibytes() {
        return peakBytes / (double) (1 << 20);
    }
}
