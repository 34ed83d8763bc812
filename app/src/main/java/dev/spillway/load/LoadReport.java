package dev.spillway.load;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What became of a load, at its end or so far.
 *
 * @param handedOver records given to the producer
 * @param late records handed over more than {@link Generator#TOLERANCE} after they were due
 * @param latest the longest that a record was handed over after it was due
 * @param elapsed since the start
 * @param offer what the schedule asked for
 * @param answers what the cluster said
 */
public record LoadReport(long handedOver, long late, Duration latest, Duration elapsed, Offer offer, Answers answers) {

    /**
     * What a schedule asked for.
     *
     * @param records how many have fallen due
     * @param spanNanos the time over which they are spread; 0 where records have no due times
     */
    public record Offer(long records, long spanNanos) {
        /** Records a second, 0 where records have no due times. */
        double perSecond() {
            return rate(records, spanNanos);
        }
    }

    /**
     * What the cluster said.
     *
     * @param acknowledged records that it has
     * @param failed records that it has not, as far as the producer knows
     * @param firstFailure why the first of them failed, or null
     * @param lastAtNanos when the last was acknowledged, since the start
     * @param latencies of those acknowledged, from when they were due
     */
    public record Answers(
            long acknowledged, long failed, @Nullable Exception firstFailure, long lastAtNanos, Latencies latencies) {}

    public long acknowledged() {
        return answers.acknowledged();
    }

    public long failed() {
        return answers.failed();
    }

    /** Why the first failed record failed. */
    public Optional<Exception> failure() {
        return Optional.ofNullable(answers.firstFailure());
    }

    /** Records handed over per second. */
    public double perSecond() {
        return rate(handedOver, elapsed.toNanos());
    }

    /** Records that fell due per second; 0 where they have no due times. */
    public double offeredPerSecond() {
        return offer.perSecond();
    }

    /** Records acknowledged per second, up to the last one, or over the schedule's time where that is longer. */
    public double achievedPerSecond() {
        return rate(answers.acknowledged(), Math.max(offer.spanNanos(), answers.lastAtNanos()));
    }

    private static double rate(long records, long nanos) {
        return nanos > 0 ? records * 1e9 / nanos : 0;
    }
}
