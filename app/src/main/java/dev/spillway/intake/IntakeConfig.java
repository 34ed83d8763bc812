package dev.spillway.intake;

import dev.spillway.config.BreakerConfig;
import dev.spillway.config.Guarantee;
import dev.spillway.config.Ordering;
import dev.spillway.config.SpillwayConfig;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the loop has to know of the configuration.
 *
 * @param topics to subscribe to
 * @param commitInterval how long an epoch stays open; null for as long as the run
 * @param transactionTimeout how long an epoch may take altogether; null where no transaction bounds it
 * @param takesOutOfOrder whether workers may take a record before an older one of its partition
 * @param breaker when what the processor depends on counts as down
 * @param revocationTimeout how long a rebalance may wait for what workers have in hand
 */
public record IntakeConfig(
        List<String> topics,
        @Nullable Duration commitInterval,
        @Nullable Duration transactionTimeout,
        long queueCapacityBytes,
        boolean takesOutOfOrder,
        BreakerConfig breaker,
        Duration revocationTimeout) {

    /** The group waits for a member's poll, a rebalance included, for this many times as long as we make it wait. */
    private static final int SAFETY = 3;

    public static IntakeConfig of(SpillwayConfig config) {
        Duration third = config.maxPollInterval().dividedBy(SAFETY);
        Duration longest = config.longestProcessing();
        return new IntakeConfig(
                config.topics().inputs(),
                config.commitInterval(),
                config.guarantee() == Guarantee.EXACTLY_ONCE_V2 ? config.transactionTimeout() : null,
                config.queueCapacityBytes(),
                config.ordering() == Ordering.KEY,
                config.breaker(),
                longest.compareTo(third) < 0 ? longest.plusSeconds(1) : third);
    }
}
