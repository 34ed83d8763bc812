package dev.spillway.load;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What became of a load, at its end or so far.
 *
 * @param handedOver records given to the producer
 * @param acknowledged records that the cluster has
 * @param failed records that the cluster has not, as far as the producer knows
 * @param firstFailure why the first of them failed, or null
 * @param late records handed over more than {@link Generator#TOLERANCE} after they were due
 * @param latest the longest that a record was handed over after it was due
 * @param elapsed since the start
 */
public record LoadReport(
        long handedOver,
        long acknowledged,
        long failed,
        @Nullable Exception firstFailure,
        long late,
        Duration latest,
        Duration elapsed) {

    /** Why the first failed record failed. */
    public Optional<Exception> failure() {
        return Optional.ofNullable(firstFailure);
    }

    /** Records handed over per second. */
    public double perSecond() {
        double seconds = elapsed.toNanos() / 1e9;
        return seconds > 0 ? handedOver / seconds : 0;
    }
}
