package dev.spillway.telemetry;

import dev.spillway.flow.QueueSnapshot;
import dev.spillway.flow.ShedPolicies;
import dev.spillway.flow.ShedPolicy;
import dev.spillway.intake.IntakeStatus.PauseReason;
import dev.spillway.runtime.Instruments.Reading;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Says once when a queue has been nearly full for too long, with what follows from the rates, and once when that is over; never a line
 * for each record. Between the two it keeps quiet, and a moment below the mark does not clear it. Used by one thread.
 *
 * <p>Where there are several stages, a queue between two of them counts if it sheds. One that holds back the stage before it need not: if
 * that lasts, the first queue fills.
 */
final class WatermarkAlarm {
    private static final double MARK = 0.9;
    /** No stage. */
    private static final int NONE = -1;

    private final List<ShedPolicy> policies;
    private final long afterNanos;

    /** The name of the queue; null while it is not raised. */
    private @Nullable String raisedFor;

    private long sinceNanos = Long.MIN_VALUE;
    private Picture since;

    /** The stage whose queue it was raised for last; the first, or only one, is 0. */
    private int stage;

    /**
     * Begins with an alarm that is not raised.
     *
     * @param policies the stages' shed policies, in their order
     * @param after for how long the queue has to be nearly full to raise it, or not to be to clear it
     * @param now before the first sample
     */
    WatermarkAlarm(List<ShedPolicy> policies, Duration after, Picture now) {
        this.policies = List.copyOf(policies);
        this.afterNanos = after.toNanos();
        this.since = now;
    }

    /** In words, the queue that it is raised for; null while it is not raised. */
    @Nullable
    String raisedFor() {
        return raisedFor;
    }

    /** Looks at one more picture; the line to log if that changes anything. */
    Optional<String> look(Picture now) {
        int full = fullStage(now.reading());
        if ((full != NONE) == (raisedFor != null)) {
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
        sinceNanos = Long.MIN_VALUE;
        if (raisedFor != null) {
            raisedFor = null;
            return Optional.of(allClear(now));
        }
        stage = full;
        raisedFor = queueName(now.reading());
        return Optional.of(warning(now));
    }

    /**
     * The first stage whose queue is nearly full and matters. The intake's queue, when it lets nothing in until it is half empty, is full
     * all that time: what was polled waits outside.
     */
    private int fullStage(Reading reading) {
        if (isNearlyFull(reading.queue()) || reading.intake().paused() == PauseReason.QUEUE_FULL) {
            return 0;
        }
        return IntStream.range(1, reading.stages().size())
                .filter(i -> policies.get(i) != ShedPolicies.BLOCK)
                .filter(i -> isNearlyFull(reading.stages().get(i).queue()))
                .findFirst()
                .orElse(NONE);
    }

    private static boolean isNearlyFull(QueueSnapshot queue) {
        return queue.limit() > 0 && (queue.held() >= MARK * queue.limit() || isNearlyFullByBytes(queue));
    }

    /** Whether it is nearly full, whatever the number of its records. */
    static boolean isNearlyFullByBytes(QueueSnapshot queue) {
        return queue.heldBytes() >= MARK * queue.capacityBytes();
    }

    private String warning(Picture now) {
        FullQueueAdvice advice = new FullQueueAdvice(since, now, stage);
        return String.format(
                Locale.ROOT,
                "%s has been above 90 %% for %s: %s; in a second %,.0f arrive, %,.0f are processed and %,.0f are shed (%s). %s",
                queueName(now.reading()),
                inWords(now),
                depth(now.reading()),
                advice.arriving(),
                advice.mean().processed(),
                advice.mean().dropped(),
                policies.get(stage).name(),
                advice.text());
    }

    private String queueName(Reading reading) {
        return reading.stages().size() > 1
                ? "the queue of the stage " + reading.stages().get(stage).name()
                : "the queue";
    }

    private String depth(Reading reading) {
        QueueSnapshot queue = reading.stages().get(stage).queue();
        String records = String.format(Locale.ROOT, "%,d of %,d records are queued", queue.held(), queue.limit());
        String parked = queue.parked() == 0
                ? ""
                : String.format(Locale.ROOT, ", %,d of them put aside until later", queue.parked());
        String bytes = isNearlyFullByBytes(queue)
                ? String.format(Locale.ROOT, ", %,d of %,d bytes", queue.heldBytes(), queue.capacityBytes())
                : "";
        return records + parked + bytes;
    }

    private String allClear(Picture now) {
        return String.format(
                Locale.ROOT,
                "%s has been below 90 %% again for %s: %s",
                queueName(now.reading()),
                inWords(now),
                depth(now.reading()));
    }

    private String inWords(Picture now) {
        return Math.round(Sample.inSeconds(now.atNanos() - since.atNanos())) + " s";
    }
}
