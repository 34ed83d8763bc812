package dev.spillway.intake;

import dev.spillway.flow.Time;
import dev.spillway.processor.ServiceTime;
import dev.spillway.processor.Stage;
import dev.spillway.processor.StageChain;
import dev.spillway.processor.Workers;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * How fast the stages are: measured now and then, smoothed. What a chain can do is what its slowest stage can, each stage asked for as
 * many pieces as a record becomes there (Denning, Buzen: The Operational Analysis of Queueing Network Models, ACM Computing Surveys 10/3,
 * 1978: visit ratio times service time is the demand, and the largest demand is the bottleneck). The consumer loop's own.
 */
final class ServiceRates {
    private static final long MEASURE_EVERY_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
    private static final double WEIGHT = 0.5;
    private static final double RECOVERY = 1.05;

    /** With less than this next to nothing is affordable, and the way back would take hours. */
    private static final double LEAST_CAUTION = 1.0 / (1 << 20);

    private final List<Measured> stages;
    private final Time time;
    private long measuredAt;
    private double caution = 1;

    private static final class Measured {
        private final Workers workers;
        private long records;
        private long nanos;
        private double meanNanos;

        Measured(Stage stage) {
            this.workers = stage.workers();
        }

        boolean measure() {
            ServiceTime spent = workers.serviceTime();
            long newRecords = spent.records();
            long newNanos = spent.nanos();
            if (newRecords <= records) {
                return false;
            }
            double mean = (double) (newNanos - nanos) / (newRecords - records);
            meanNanos = meanNanos == 0 ? Math.max(1, mean) : meanNanos + WEIGHT * (mean - meanNanos);
            records = newRecords;
            nanos = newNanos;
            return true;
        }
    }

    ServiceRates(StageChain stages, Time time) {
        this.stages = stages.stages().stream().map(Measured::new).toList();
        this.time = time;
        this.measuredAt = time.nanoTime();
    }

    /**
     * Measures, if it is time for that or nothing is known yet.
     *
     * @return whether {@link #affordableIn} may say something else now
     */
    boolean update() {
        long now = time.nanoTime();
        if (areKnown() && now - measuredAt < MEASURE_EVERY_NANOS) {
            return false;
        }
        measuredAt = now;
        boolean any = false;
        for (int i = 0; i < stages.size(); i++) {
            any |= stages.get(i).measure();
        }
        if (!any || !areKnown()) {
            return false;
        }
        caution = Math.min(1, caution * RECOVERY);
        return true;
    }

    /** What was measured proved too optimistic: half as much is affordable now, and slowly more again. */
    void halve() {
        caution = Math.max(LEAST_CAUTION, caution / 2);
    }

    /** Whether every stage has done something. */
    boolean areKnown() {
        for (int i = 0; i < stages.size(); i++) {
            if (stages.get(i).meanNanos == 0) {
                return false;
            }
        }
        return true;
    }

    /** How long a record takes on average in the stage that is slowest for it, in nanoseconds; 0 while they are not known. */
    double slowestMeanNanos() {
        double slowest = 0;
        for (int i = 0; i < stages.size() && areKnown(); i++) {
            slowest = Math.max(slowest, stages.get(i).meanNanos);
        }
        return slowest;
    }

    /**
     * How many items may be queued before a stage if all of them are to be done within a time, at least 1: as many as it and the stages
     * behind it can do, all together of their workers that may work at once, or fewer after a disappointment.
     *
     * @param stage 0 for the first; the rates are known
     */
    int affordableIn(long nanos, int stage) {
        double least = Double.MAX_VALUE;
        for (int i = stage; i < stages.size(); i++) {
            Measured one = stages.get(i);
            double visits = (double) one.records / stages.get(stage).records;
            least = Math.min(least, one.workers.concurrencyLimit() * (nanos / Math.max(1, one.meanNanos * visits)));
        }
        return (int) Math.max(1, Math.min(Integer.MAX_VALUE, least * caution));
    }
}
