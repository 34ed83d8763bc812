package dev.spillway.replay;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * What a replay would do.
 *
 * @param report with what would be put back
 * @param latest when the last record of those read was shed or failed, chosen or not; {@link Instant#MIN} when there is none
 */
public record ReplayPlan(ReplayReport report, Instant latest) {
    /** How many are looked up at a time. */
    static final int BATCH = 1000;

    /** Where something was shed so lately, it still is. */
    private static final Duration LATELY = Duration.ofMinutes(1);

    /**
     * Why the records would come back to where they are now: because the same would be done to them again.
     *
     * @param toInput whether they go to a topic that the sidecar reads
     * @param sheds whether the sidecar's policy sheds at all
     * @param paced whether the replay keeps a rate
     * @param tombstones whether they were shed rather than failed
     * @param now the time
     * @return a sentence without its remedy; empty when nothing speaks for it
     */
    public Optional<String> loop(boolean toInput, boolean sheds, boolean paced, boolean tombstones, Instant now) {
        if (!toInput || report.total() == 0) {
            return Optional.empty();
        }
        if (report.failedForGood() > 0) {
            return Optional.of(report.failedForGood() + " of " + report.total()
                    + " records failed for good: unless what processes them has changed, they would fail again");
        }
        if (!tombstones || !sheds) {
            return Optional.empty();
        }
        if (!paced) {
            return Optional.of("without --rate they would all come at once, and the sidecar would shed them again");
        }
        return latest.isAfter(now.minus(LATELY))
                ? Optional.of("the sidecar still sheds (the last time at " + latest + ") and would shed them again")
                : Optional.empty();
    }
}
