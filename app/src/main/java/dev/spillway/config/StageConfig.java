package dev.spillway.config;

import dev.spillway.flow.ShedPolicy;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One stage: a processor with its queue and its workers.
 *
 * @param name null where no stages are configured and this is the only one
 * @param processing what its processor is made and configured by: the sidecar's configuration with the stage's keys over it
 * @param workers how many records are processed at once at most
 * @param queueCapacity in records; 0 is a rendezvous
 * @param queueCapacityBytes in bytes
 * @param shedPolicy what happens when its queue is full
 * @param isAdaptive whether how many workers work at once depends on how long that takes
 */
public record StageConfig(
        @Nullable String name,
        SpillwayConfig processing,
        int workers,
        int queueCapacity,
        long queueCapacityBytes,
        ShedPolicy shedPolicy,
        boolean isAdaptive) {

    /** How often and how long a record is tried in it. */
    public RetryConfig retry() {
        return processing.retry();
    }

    /**
     * Does something that may find the configuration wanting.
     *
     * @throws InvalidConfigException names the stage
     */
    public <T> T isolate(Supplier<T> step) {
        return inStage(name, step);
    }

    static <T> T inStage(@Nullable String name, Supplier<T> step) {
        try {
            return step.get();
        } catch (InvalidConfigException e) {
            throw name == null ? e : new InvalidConfigException("stage " + name + ": " + e.getMessage());
        }
    }
}
