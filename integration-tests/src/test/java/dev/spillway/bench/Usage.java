package dev.spillway.bench;

import java.time.Duration;

/**
 * What a process has used.
 *
 * @param cpu on all cores together
 * @param peakBytes the most memory that was ever resident; 0 where the system does not tell
 */
record Usage(Duration cpu, long peakBytes) {
    double cpuSeconds() {
        return cpu.toMillis() / 1e3;
    }

    double peakMebibytes() {
        return peakBytes / (double) (1 << 20);
    }
}
