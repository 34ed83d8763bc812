package dev.spillway.telemetry;

import dev.spillway.flow.QueueSnapshot;
import dev.spillway.runtime.Instruments.StageReading;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/**
 * What follows from a queue that has been nearly full for some time: which setting would help, and which would not.
 *
 * @param since when it became full
 * @param stage whose queue it is; the first, or only one, is 0
 */
record FullQueueAdvice(Picture since, Picture now, int stage) {
    /** Workers that are busy for less of their time are not what a queue waits for. */
    private static final double BUSY = 0.7;

    /** How many records arrived in a second: those that were taken in, and those that lag grew by. */
    double arriving() {
        double growth = Math.max(0, now.lag() - since.lag()) / Math.max(1e-9, seconds());
        return mean().consumed() + growth;
    }

    /** What a second was like. */
    Sample mean() {
        return Sample.between(since, now);
    }

    /** In a sentence or two, for a line of the log. */
    String text() {
        QueueSnapshot queue = queue();
        if (2 * queue.parked() >= queue.held() && queue.parked() > 0) {
            return "Most of these wait for their next attempt, or for the time that their processor asked for, and keep their"
                    + " room meanwhile: more workers would not help, a larger " + capacityKey()
                    + " would let more of them wait.";
        }
        StageReading slowest = slowest();
        double busy = utilisation(slowest);
        if (busy < BUSY && queue.limit() < queue.capacity()) {
            return "It counts as full below its capacity of " + queue.capacity()
                    + " because what is queued has to fit into one transaction: a longer"
                    + " producer.transaction.timeout.ms would use more of it.";
        }
        if (busy < BUSY) {
            return String.format(
                    Locale.ROOT,
                    "The workers are busy for only %.0f %% of their time, so that more of them would not help: GET"
                            + " /health/stalled says what they wait for.",
                    busy * 100);
        }
        return isOneOfSeveral() ? aboutStage(slowest, busy) : aboutWorkers();
    }

    /** The stage that the others wait for: it is busy for the largest part of its workers' time. */
    private StageReading slowest() {
        return stages().stream()
                .max(Comparator.comparingDouble(this::utilisation))
                .orElseThrow();
    }

    private String aboutStage(StageReading slowest, double busy) {
        return String.format(
                Locale.ROOT,
                "The stage %s is the slowest: its %,d workers are busy for %.0f %% of their time. A larger stage.%s.workers helps"
                        + " if they mostly wait for something, further instances if they compute; a larger %s only"
                        + " delays this.",
                slowest.name(),
                slowest.workers().workers().size(),
                100 * busy,
                slowest.name(),
                capacityKey());
    }

    private String aboutWorkers() {
        int workers = now.reading().workers().workers().size();
        double processed = mean().processed();
        double times = processed > 0 ? arriving() / processed : 0;
        if (times <= 1) {
            return String.format(
                    Locale.ROOT,
                    "The %,d workers keep up with what arrives now: this is a backlog or a burst, and a larger %s would"
                            + " take in more of the next one.",
                    workers,
                    capacityKey());
        }
        return String.format(
                Locale.ROOT,
                "All %,d workers are busy, and %.1f times as much arrives as they can do: workers=%,d if they mostly wait for"
                        + " something, %,.0f instances if they compute (%,d partitions are assigned here). A larger"
                        + " %s only delays this.",
                workers,
                times,
                (long) Math.ceil(workers * times),
                Math.ceil(times),
                now.reading().intake().partitions().size(),
                capacityKey());
    }

    /** The key that says how much the queue holds. */
    private String capacityKey() {
        String key = WatermarkAlarm.isNearlyFullByBytes(queue()) ? "queue.capacity.bytes" : "queue.capacity";
        return isOneOfSeveral() ? "stage." + stages().get(stage).name() + "." + key : key;
    }

    private double utilisation(StageReading one) {
        long before = since.reading().stages().stream()
                .filter(earlier -> Objects.equals(earlier.name(), one.name()))
                .mapToLong(earlier -> earlier.workers().busyNanos())
                .sum();
        double nanos = Math.max(1, now.atNanos() - since.atNanos())
                * Math.max(1.0, one.workers().workers().size());
        return Math.max(0, Math.min(1, (one.workers().busyNanos() - before) / nanos));
    }

    private QueueSnapshot queue() {
        return stages().get(stage).queue();
    }

    private boolean isOneOfSeveral() {
        return stages().size() > 1;
    }

    private List<StageReading> stages() {
        return now.reading().stages();
    }

    private double seconds() {
        return Sample.inSeconds(now.atNanos() - since.atNanos());
    }
}
