package dev.spillway.telemetry;

import dev.spillway.flow.Distribution;
import dev.spillway.flow.QueueSnapshot;
import dev.spillway.flow.ShedReason;
import dev.spillway.intake.IntakeStatus;
import dev.spillway.intake.IntakeStatus.EpochStatus;
import dev.spillway.intake.IntakeStatus.PartitionStatus;
import dev.spillway.intake.IntakeStatus.PauseReason;
import dev.spillway.ledger.EpochReport.Totals;
import dev.spillway.ledger.Origin;
import dev.spillway.ledger.RunTotals;
import dev.spillway.processor.WorkersStatus;
import dev.spillway.processor.WorkersStatus.InHand;
import dev.spillway.processor.WorkersStatus.WorkerStatus;
import dev.spillway.runtime.Instruments.Reading;
import dev.spillway.runtime.Instruments.StageReading;
import dev.spillway.runtime.Lifecycle;
import dev.spillway.sink.DeadLetterCause;
import dev.spillway.sink.Settlements;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Pictures for tests of those who look at them: a quiet sidecar with four workers, changed here and there. */
final class Pictures {
    static final long START = Duration.ofHours(1).toNanos();

    private long atNanos = START;
    private long saidNanos = START;
    private int depth;
    private int limit = 100;
    private final int capacity = 100;
    private int parked;
    private long bytesEach = 10;
    private long consumed;
    private long processed;
    private long dropped;
    private long busyNanos;
    private @Nullable PauseReason paused;
    private List<PartitionStatus> partitions = List.of(new PartitionStatus("in", 0, 0, 0));
    private List<EpochStatus> epochs = List.of();
    private final List<@Nullable InHand> hands = new ArrayList<>();
    private long outstanding;
    private int saidQueued;
    private boolean ready = true;
    private @Nullable String alarm;

    private Pictures() {
        for (int i = 0; i < 4; i++) {
            hands.add(null);
        }
    }

    static Pictures quiet() {
        return new Pictures();
    }

    Pictures after(Duration time) {
        atNanos = START + time.toNanos();
        saidNanos = atNanos;
        return this;
    }

    Pictures silentFor(Duration time) {
        saidNanos = atNanos - time.toNanos();
        return this;
    }

    private @Nullable InHand retry;
    private final List<StageReading> stages = new ArrayList<>();

    Pictures queued(int records) {
        depth = records;
        return this;
    }

    /** Each of those that are queued. */
    Pictures ofBytes(long bytes) {
        bytesEach = bytes;
        return this;
    }

    Pictures parked(int records) {
        parked = records;
        return this;
    }

    Pictures limitedTo(int records) {
        limit = records;
        return this;
    }

    Pictures consumed(long records) {
        consumed = records;
        return this;
    }

    Pictures processed(long records) {
        processed = records;
        return this;
    }

    Pictures dropped(long records) {
        dropped = records;
        return this;
    }

    /** All workers together. */
    Pictures busy(Duration time) {
        busyNanos = time.toNanos();
        return this;
    }

    Pictures lag(long records) {
        partitions = List.of(new PartitionStatus("in", 0, 0, records));
        return this;
    }

    Pictures alarmedFor(String queue) {
        alarm = queue;
        return this;
    }

    Pictures notReady() {
        ready = false;
        return this;
    }

    /** What the loop last said: so many admitted and without an outcome, so many of them queued. */
    Pictures said(long withoutOutcome, int queuedThen) {
        outstanding = withoutOutcome;
        saidQueued = queuedThen;
        return this;
    }

    Pictures paused(PauseReason why) {
        paused = why;
        return this;
    }

    Pictures partitions(List<PartitionStatus> all) {
        partitions = all;
        return this;
    }

    Pictures epochs(EpochStatus... all) {
        epochs = List.of(all);
        outstanding = epochs.stream().mapToLong(EpochStatus::outstanding).sum();
        return this;
    }

    Pictures atWork(int worker, long offset, Duration held) {
        hands.set(worker, inHand(offset, held));
        return this;
    }

    /** It had been queued before for a while. */
    Pictures atWork(int worker, long offset, Duration queued, Duration held) {
        hands.set(
                worker,
                new InHand(
                        new Origin("in", 0, offset),
                        1_700_000_000_000L,
                        queued.plus(held).toNanos(),
                        held.toNanos()));
        return this;
    }

    Pictures waitsForRetry(long offset, Duration since) {
        retry = inHand(offset, since);
        return this;
    }

    /** One more stage, with so many records queued before it, and so many that it may process at once. */
    Pictures stage(String name, int queued, int concurrencyLimit) {
        return stage(name, queued, concurrencyLimit, Duration.ZERO);
    }

    /** One more stage, whose workers have been busy for so long together: as many as may work at once, with one attempt each. */
    Pictures stage(String name, int queued, int concurrencyLimit, Duration busy) {
        Distribution.Counts none = Distribution.Counts.NONE;
        Distribution processing = new Distribution();
        processing.add(Duration.ofMillis(3).toNanos(), concurrencyLimit);
        List<WorkerStatus> workers = new ArrayList<>();
        for (int i = 0; i < concurrencyLimit; i++) {
            workers.add(new WorkerStatus("spillway-" + name + "-" + i, null, null));
        }
        stages.add(new StageReading(
                name,
                new QueueSnapshot(10, 5000, 10, queued, 0, queued * 10L, 0, queued, 0, 0, 0, 0, Map.of()),
                new WorkersStatus(busy.toNanos(), 6, 0, null, processing.counts(), none, workers),
                concurrencyLimit,
                8));
        return this;
    }

    private static InHand inHand(long offset, Duration held) {
        return new InHand(new Origin("in", 0, offset), 1_700_000_000_000L, held.toNanos(), held.toNanos());
    }

    Picture take() {
        List<WorkerStatus> workers = new ArrayList<>();
        for (int i = 0; i < hands.size(); i++) {
            workers.add(new WorkerStatus("spillway-worker-" + i, Thread.currentThread(), hands.get(i)));
        }
        Distribution.Counts none = Distribution.Counts.NONE;
        QueueSnapshot queue = new QueueSnapshot(
                capacity, 100_000, limit, depth, parked, depth * bytesEach, 0, depth, 0, 0, 0, 0, Map.of());
        WorkersStatus working = new WorkersStatus(busyNanos, 5, 1, retry, none, none, workers);
        return new Picture(
                atNanos,
                1_700_000_010_000L,
                new Lifecycle.Running("a test"),
                ready,
                new Reading(
                        queue,
                        working,
                        stages.isEmpty() ? List.of(new StageReading(null, queue, working, workers.size(), 0)) : stages,
                        new Settlements.Counts(
                                processed,
                                Map.of(ShedReason.DROP_OLDEST, dropped),
                                Map.of(DeadLetterCause.TIMED_OUT, 3L),
                                Map.of(),
                                none),
                        consumed,
                        new IntakeStatus(saidNanos, 0, outstanding, saidQueued, paused, partitions, epochs, 2, 0),
                        new RunTotals(new Totals(consumed, processed, dropped, 0), 7, 1),
                        none,
                        none),
                Sample.NONE,
                alarm);
    }
}
