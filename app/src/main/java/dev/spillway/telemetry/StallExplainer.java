package dev.spillway.telemetry;

import dev.spillway.intake.IntakeStatus.EpochStatus;
import dev.spillway.ledger.Epoch;
import dev.spillway.processor.WorkersStatus.InHand;
import dev.spillway.processor.WorkersStatus.WorkerStatus;
import dev.spillway.runtime.Instruments;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Names the one thing that the oldest epoch waits for: a record in a worker's hands, the work that is still queued, an answer of Kafka's,
 * or the consumer loop itself. Any thread.
 */
final class StallExplainer {
    private static final int MOST_FRAMES = 30;
    /** A loop that has been silent for less is only between two rounds. */
    private static final long SILENCE_NANOS = TimeUnit.SECONDS.toNanos(2);
    /** A record that was taken more recently is not what an old epoch waits for. */
    private static final long HELD_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final long afterNanos;

    StallExplainer(Duration after) {
        this.afterNanos = after.toNanos();
    }

    /** What an epoch can wait for. */
    enum Holder {
        /** Nothing holds records. */
        NOTHING,
        /** A worker that is at one record. */
        WORKER,
        /** A record that waits for its next attempt, or for the time that its processor asked for. */
        RETRY,
        /** The amount of work that is admitted and not done. */
        BACKLOG,
        /** Kafka's acknowledgement of outputs that were sent. */
        ACKNOWLEDGEMENT,
        /** Kafka's confirmation of a commit. */
        COMMIT,
        /** A call to Kafka that keeps the consumer loop. */
        CONSUMER_LOOP,
        /** Only that its time has come. */
        COMMIT_INTERVAL
    }

    /**
     * The explanation.
     *
     * @param stalled whether it has lasted for longer than {@code stalled.after.ms}
     * @param forSeconds for how long it has lasted
     * @param why one sentence
     */
    record Explanation(
            boolean stalled,
            Holder holder,
            double forSeconds,
            String why,
            @Nullable EpochView epoch,
            @Nullable RecordView record,
            @Nullable ThreadView thread) {}

    /** The oldest epoch. */
    record EpochView(long number, String state, double ageSeconds, long consumed, long outstanding) {}

    /** The oldest record in a worker's hands. */
    record RecordView(String origin, double ageSeconds, double heldSeconds) {}

    /** The thread that has it. */
    record ThreadView(String name, String state, List<String> stack) {}

    /** Explains a moment. */
    Explanation explain(Picture now, @Nullable Instruments instruments) {
        EpochStatus oldest =
                now.reading().intake().epochs().stream().findFirst().orElse(null);
        if (now.silenceNanos() > SILENCE_NANOS && instruments != null && isAtWork(now)) {
            return explanation(
                    Holder.CONSUMER_LOOP,
                    now.silenceNanos(),
                    "the consumer loop has not gone round for " + seconds(now.silenceNanos()) + ": it waits in a call",
                    now,
                    oldest,
                    null,
                    instruments.loopThread());
        }
        if (oldest == null) {
            return explanation(
                    Holder.NOTHING,
                    0,
                    "no epoch holds records; the sidecar is " + now.state().name(),
                    now,
                    null,
                    null,
                    null);
        }
        if (oldest.state() == Epoch.State.BALANCED) {
            return explanation(
                    Holder.COMMIT,
                    now.atNanos() - oldest.sinceNanos(),
                    "epoch " + oldest.number() + " has waited for " + seconds(now.atNanos() - oldest.sinceNanos())
                            + " for Kafka to confirm its commit",
                    now,
                    oldest,
                    null,
                    instruments == null ? null : instruments.commitThread());
        }
        return unsettled(now, oldest);
    }

    private Explanation unsettled(Picture now, EpochStatus oldest) {
        Optional<WorkerStatus> longest = now.reading().workers().workers().stream()
                .filter(worker -> worker.inHand() != null)
                .max(Comparator.comparingLong(StallExplainer::held));
        InHand retry = now.reading().workers().oldestRetry();
        if (longest.isPresent()
                && (held(longest.get()) >= HELD_NANOS || now.reading().queued() == 0)
                && !isOlder(retry, longest.get())) {
            return atWorker(now, oldest, longest.get());
        }
        if (retry != null) {
            return explanation(
                    Holder.RETRY,
                    retry.heldNanos(),
                    retry.origin()
                            + " waits for its next attempt, or for the time that its processor asked for; it came "
                            + seconds(retry.heldNanos()) + " ago",
                    now,
                    oldest,
                    view(now, retry),
                    null);
        }
        long age = now.oldestEpochNanos();
        if (oldest.outstanding() == 0 || (oldest.state() == Epoch.State.OPEN && longest.isPresent())) {
            return explanation(
                    Holder.COMMIT_INTERVAL,
                    0,
                    "nothing holds epoch " + oldest.number()
                            + " back: it is open, and commits when commit.interval.ms has passed",
                    now,
                    oldest,
                    null,
                    null);
        }
        if (longest.isEmpty() && now.reading().queued() == 0) {
            return explanation(
                    Holder.ACKNOWLEDGEMENT,
                    age,
                    "Kafka has not acknowledged the outputs of " + oldest.outstanding() + " records of epoch "
                            + oldest.number() + " yet",
                    now,
                    oldest,
                    null,
                    null);
        }
        return explanation(
                Holder.BACKLOG,
                age,
                String.format(
                        Locale.ROOT,
                        "%,d records of epoch %d have no outcome yet: %,d records are queued, and %d of %d workers are busy, none"
                                + " of them with one record for long",
                        oldest.outstanding(),
                        oldest.number(),
                        now.reading().queued(),
                        now.reading().workers().busy(),
                        now.reading().workers().workers().size()),
                now,
                oldest,
                null,
                null);
    }

    private Explanation atWorker(Picture now, EpochStatus oldest, WorkerStatus worker) {
        InHand inHand = worker.inHand();
        if (inHand == null) {
            throw new IllegalArgumentException(worker + " is idle");
        }
        return explanation(
                Holder.WORKER,
                inHand.heldNanos(),
                inHand.origin() + " has been in the hands of " + worker.name() + " for " + seconds(inHand.heldNanos())
                        + " and is being processed",
                now,
                oldest,
                view(now, inHand),
                worker.thread());
    }

    private static RecordView view(Picture now, InHand inHand) {
        return new RecordView(
                inHand.origin().toString(),
                Math.max(0, now.atMillis() - inHand.timestamp()) / 1000.0,
                Sample.inSeconds(inHand.heldNanos()));
    }

    private Explanation explanation(
            Holder holder,
            long lastedNanos,
            String why,
            Picture now,
            @Nullable EpochStatus epoch,
            @Nullable RecordView record,
            @Nullable Thread thread) {
        return new Explanation(
                holder != Holder.NOTHING && holder != Holder.COMMIT_INTERVAL && lastedNanos >= afterNanos,
                holder,
                Sample.inSeconds(lastedNanos),
                why,
                epoch == null
                        ? null
                        : new EpochView(
                                epoch.number(),
                                epoch.state().name(),
                                Sample.inSeconds(Math.max(0, now.atNanos() - epoch.openedAtNanos())),
                                epoch.consumed(),
                                epoch.outstanding()),
                record,
                thread == null ? null : view(thread));
    }

    private static ThreadView view(Thread thread) {
        return new ThreadView(
                thread.getName(),
                thread.getState().name(),
                Arrays.stream(thread.getStackTrace())
                        .limit(MOST_FRAMES)
                        .map(StackTraceElement::toString)
                        .toList());
    }

    private static boolean isAtWork(Picture now) {
        return now.state().name().equals("Running") || now.state().name().equals("Draining");
    }

    /** While a service is down there is always a worker with a probe; what the epoch waits for has been here before that. */
    private static boolean isOlder(@Nullable InHand retry, WorkerStatus worker) {
        InHand inHand = worker.inHand();
        return retry != null && inHand != null && retry.hereNanos() > inHand.hereNanos();
    }

    private static long held(WorkerStatus worker) {
        InHand inHand = worker.inHand();
        return inHand == null ? 0 : inHand.heldNanos();
    }

    private static String seconds(long nanos) {
        return String.format(Locale.ROOT, "%.1f s", Sample.inSeconds(nanos));
    }
}
