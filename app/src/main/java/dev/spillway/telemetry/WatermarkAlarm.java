package dev.spillway.telemetry;

import dev.spillway.intake.IntakeStatus.PauseReason;
import dev.spillway.runtime.Instruments.Reading;
import dev.spillway.runtime.Instruments.StageReading;
import java.time.Duration;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;

/**
 * Says once when the queue has been nearly full for too long, with what follows from the rates, and once when that is over; never a line
 * for each record. Between the two it keeps quiet, and a moment below the mark does not clear it. Used by one thread.
 */
final class WatermarkAlarm {
    private static final double MARK = 0.9;
    /** Workers that are busy for less of their time are not what the queue waits for. */
    private static final double BUSY = 0.7;

    private final String policy;
    private final long afterNanos;

    private boolean raised;
    private long sinceNanos = Long.MIN_VALUE;
    private Picture since;

    /**
     * Begins with an alarm that is not raised.
     *
     * @param policy the shed policy's name
     * @param after for how long the queue has to be nearly full to raise it, or not to be to clear it
     * @param now before the first sample
     */
    WatermarkAlarm(String policy, Duration after, Picture now) {
        this.policy = policy;
        this.afterNanos = after.toNanos();
        this.since = now;
    }

    /** Whether it is raised. */
    boolean isRaised() {
        return raised;
    }

    /** Looks at one more picture; the line to log if that changes anything. */
    Optional<String> look(Picture now) {
        if (isNearlyFull(now.reading()) == raised) {
            sinceNanos = Long.MIN_VALUE;
            return Optional.empty();
        }
        if (sinceNanos == Long.MIN_VALUE) {
            sinceNanos = now.atNanos();
            since = now;
        }
        if (now.atNanos() - sinceNanos < afterNanos) {
            return Optional.empty();
        }
        raised = !raised;
        sinceNanos = Long.MIN_VALUE;
        return Optional.of(raised ? warning(now) : allClear(now));
    }

    /** A queue that lets nothing in until it is half empty is full all that time: what was polled waits outside. */
    private static boolean isNearlyFull(Reading reading) {
        return (reading.queue().limit() > 0
                        && reading.queue().depth() >= MARK * reading.queue().limit())
                || reading.intake().paused() == PauseReason.QUEUE_FULL;
    }

    private String warning(Picture now) {
        Sample mean = Sample.between(since, now);
        double growth = Math.max(0, now.lag() - since.lag())
                / Math.max(1e-9, Sample.inSeconds(now.atNanos() - since.atNanos()));
        double arriving = mean.consumed() + growth;
        return String.format(
                Locale.ROOT,
                "the queue has been above 90 %% for %s: %,d of %,d records are queued; in a second %,.0f arrive, %,.0f are"
                        + " processed and %,.0f are shed (%s). %s",
                inWords(now),
                now.reading().queue().depth(),
                now.reading().queue().limit(),
                arriving,
                mean.processed(),
                mean.dropped(),
                policy,
                now.reading().stages().size() > 1 ? slowestStage(now) : advice(now.reading(), mean, arriving));
    }

    /** The stage that the others wait for: it is busy for the largest part of its workers' time. */
    private String slowestStage(Picture now) {
        StageReading slowest = now.reading().stages().get(0);
        for (StageReading stage : now.reading().stages()) {
            if (utilisation(stage, now) > utilisation(slowest, now)) {
                slowest = stage;
            }
        }
        return String.format(
                Locale.ROOT,
                "The stage %s is the slowest: its %,d workers are busy for %.0f %% of their time. A larger stage.%s.workers helps"
                        + " if they mostly wait for something, further instances if they compute; a larger queue.capacity only"
                        + " delays this.",
                slowest.name(),
                slowest.workers().workers().size(),
                100 * utilisation(slowest, now),
                slowest.name());
    }

    private double utilisation(StageReading stage, Picture now) {
        long before = since.reading().stages().stream()
                .filter(earlier -> Objects.equals(earlier.name(), stage.name()))
                .mapToLong(earlier -> earlier.workers().busyNanos())
                .sum();
        double nanos = Math.max(1, now.atNanos() - since.atNanos())
                * Math.max(1.0, stage.workers().workers().size());
        return Math.min(1, (stage.workers().busyNanos() - before) / nanos);
    }

    private static String advice(Reading reading, Sample mean, double arriving) {
        if (reading.queue().limit() < reading.queue().capacity() && mean.utilisation() < BUSY) {
            return "It counts as full below its capacity of " + reading.queue().capacity()
                    + " because what is queued has to fit into one transaction: a longer"
                    + " producer.transaction.timeout.ms would use more of it.";
        }
        if (mean.utilisation() < BUSY) {
            return String.format(
                    Locale.ROOT,
                    "The workers are busy for only %.0f %% of their time, so that more of them would not help: GET"
                            + " /health/stalled says what they wait for.",
                    mean.utilisation() * 100);
        }
        int workers = reading.workers().workers().size();
        double times = mean.processed() > 0 ? arriving / mean.processed() : 0;
        if (times <= 1) {
            return String.format(
                    Locale.ROOT,
                    "The %,d workers keep up with what arrives now: this is a backlog or a burst, and a larger"
                            + " queue.capacity would take in more of the next one.",
                    workers);
        }
        return String.format(
                Locale.ROOT,
                "All %,d workers are busy, and %.1f times as much arrives as they can do: workers=%,d if they mostly wait for"
                        + " something, %,.0f instances if they compute (%,d partitions are assigned here). A larger"
                        + " queue.capacity only delays this.",
                workers,
                times,
                (long) Math.ceil(workers * times),
                Math.ceil(times),
                reading.intake().partitions().size());
    }

    private String allClear(Picture now) {
        return String.format(
                Locale.ROOT,
                "the queue has been below 90 %% again for %s: %,d of %,d records are queued",
                inWords(now),
                now.reading().queue().depth(),
                now.reading().queue().limit());
    }

    private String inWords(Picture now) {
        return Math.round(Sample.inSeconds(now.atNanos() - since.atNanos())) + " s";
    }
}
