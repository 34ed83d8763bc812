package dev.spillway.runtime;

import dev.spillway.flow.Distribution;
import dev.spillway.flow.QueueSnapshot;
import dev.spillway.intake.ConsumerLoop;
import dev.spillway.intake.EpochHistory;
import dev.spillway.intake.IntakeStatus;
import dev.spillway.ledger.RunTotals;
import dev.spillway.processor.StageChain;
import dev.spillway.processor.WorkersStatus;
import dev.spillway.sink.Settlements;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What can be seen of a sidecar that is assembled, running or ended. Looking takes a lock for moments and changes nothing. Any thread. */
public final class Instruments {
    private final StageChain stages;
    private final Settlements settlements;
    private final ConsumerLoop loop;
    private final Commits commits;

    Instruments(StageChain stages, Settlements settlements, ConsumerLoop loop, Commits commits) {
        this.stages = stages;
        this.settlements = settlements;
        this.loop = loop;
        this.commits = commits;
    }

    /**
     * One stage at one moment.
     *
     * @param name null where there is only one
     * @param concurrencyLimit how many of its workers may work at once
     * @param deadLettered how many records failed for good in it; 0 where there is only one
     */
    public record StageReading(
            @Nullable String name,
            QueueSnapshot queue,
            WorkersStatus workers,
            int concurrencyLimit,
            long deadLettered) {}

    /**
     * Everything at one moment, as far as that can be had without stopping anybody.
     *
     * @param queue what the intake fills: the first stage's, where there are several
     * @param workers of all stages
     * @param stages one by one, in their order; none before they are assembled
     * @param consumed how many records were taken into an epoch, those of aborted ones each time that they came
     * @param settled outcomes, those of aborted epochs included
     * @param totals what is committed
     * @param epochDurations from an epoch's first record to its commit
     * @param commitDurations the part of it that the commit took
     */
    public record Reading(
            QueueSnapshot queue,
            WorkersStatus workers,
            List<StageReading> stages,
            Settlements.Counts settled,
            long consumed,
            IntakeStatus intake,
            RunTotals totals,
            Distribution.Counts epochDurations,
            Distribution.Counts commitDurations) {

        /** Of a sidecar that is not assembled yet. */
        public static final Reading NONE = new Reading(
                new QueueSnapshot(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, Map.of()),
                new WorkersStatus(0, 0, 0, null, Distribution.Counts.NONE, Distribution.Counts.NONE, List.of()),
                List.of(),
                new Settlements.Counts(0, Map.of(), Map.of(), Map.of(), Distribution.Counts.NONE),
                0,
                IntakeStatus.NONE,
                RunTotals.ZERO,
                Distribution.Counts.NONE,
                Distribution.Counts.NONE);

        /** How many records wait in the queues of all stages; what was forwarded counts as records there. */
        public int queued() {
            return queue.depth()
                    + stages.stream()
                            .skip(1)
                            .mapToInt(stage -> stage.queue().depth())
                            .sum();
        }

        /** How many records may be processed at once now, in all stages together. */
        public int concurrencyLimit() {
            return stages.stream().mapToInt(StageReading::concurrencyLimit).sum();
        }

        /** How many records a worker had taken that had no outcome yet, when the loop last told: both at one moment. */
        public long inFlight() {
            return Math.max(0, intake.outstanding() - intake.queued());
        }
    }

    /** Reads all of them. What counts ends is read before what counts beginnings, so that no more ends than began. */
    public Reading read() {
        RunTotals totals = loop.totals();
        Settlements.Counts settled = settlements.counts();
        List<StageReading> each = stages.stages().stream()
                .map(stage -> {
                    WorkersStatus working = stage.workers().status();
                    return new StageReading(
                            stage.name(),
                            stage.queue().snapshot(),
                            working,
                            stage.workers().concurrencyLimit(),
                            settled.deadLetteredIn(stage.name()));
                })
                .toList();
        EpochHistory history = loop.history();
        return new Reading(
                each.get(0).queue(),
                WorkersStatus.together(each.stream().map(StageReading::workers).toList()),
                each,
                settled,
                loop.consumedRecords(),
                loop.status(),
                totals,
                history.durations(),
                history.commits());
    }

    /** The epochs that ended last, at most a hundred, the newest first. */
    public List<EpochHistory.EndedEpoch> endedEpochs() {
        return loop.history().newest();
    }

    /** What was shed or failed last, the newest first. */
    public List<Settlements.Loss> newestLosses() {
        return settlements.newest();
    }

    /** The thread that polls; null before it does. */
    public @Nullable Thread loopThread() {
        return loop.thread();
    }

    /** The thread on which transactions are committed; null before the first one, and at least once. */
    public @Nullable Thread commitThread() {
        return commits.thread();
    }
}
