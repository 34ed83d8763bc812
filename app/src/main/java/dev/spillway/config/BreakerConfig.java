package dev.spillway.config;

import java.time.Duration;

/**
 * When what the processor depends on counts as down.
 *
 * @param window after how many attempts the failed ones among them are counted; 0 for never
 * @param failurePercent how many of a hundred attempts have to fail
 * @param probeInterval how often a record is tried while it counts as down
 */
public record BreakerConfig(int window, int failurePercent, Duration probeInterval) {
    /** Never. */
    public static final BreakerConfig OFF = new BreakerConfig(0, 100, Duration.ofSeconds(1));

    public boolean isOff() {
        return window == 0;
    }
}
