package dev.spillway.bench;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Watches an arm until its rate is steady, and then for a while. */
final class RateMeter {
    private static final long INTERVAL_MILLIS = 20;
    private static final Duration START = Duration.ofSeconds(60);

    /** Of the records: the last of them may lie in a queue that is worked off slowly, with nothing behind them. */
    private static final double TAIL = 0.05;

    private final Duration settling;
    private final Duration window;

    /** What is counted. */
    @FunctionalInterface
    interface Progress {
        long count() throws Exception;
    }

    RateMeter(Duration settling, Duration window) {
        this.settling = settling;
        this.window = window;
    }

    /**
     * The rate, and the CPU for each record, once it has settled; half of the records are for that at most.
     *
     * @param records how many there are: it ends before they are used up
     */
    Sample measure(ArmProcess arm, Progress progress, long records) throws Exception {
        awaitCount(arm, progress, 1, START);
        watch(arm, progress, records / 2, System.nanoTime() + settling.toNanos());
        SteadyRate rate = new SteadyRate();
        long end = System.nanoTime() + window.toNanos();
        long count = 0;
        while (System.nanoTime() < end && count < records * (1 - TAIL)) {
            count = progress.count();
            rate.see(System.nanoTime(), count, arm.cpu());
            pause(arm);
        }
        if (!rate.isKnown()) {
            throw new ArmFailedException("at " + count + " of " + records + " records it did not go on within "
                    + window.toSeconds() + " s, or had none left to go on with");
        }
        return Sample.NOTHING
                .with(Metric.RATE, rate.perSecond())
                .with(Metric.CPU_PER_RECORD, rate.cpuMicrosPerRecord());
    }

    /** Waits until so many have been counted, or until it is so late by {@link System#nanoTime()}. */
    static void watch(ArmProcess arm, Progress progress, long atMost, long end) throws Exception {
        while (System.nanoTime() < end && progress.count() < atMost) {
            pause(arm);
        }
    }

    /** Waits until so many have been counted. */
    static void awaitCount(ArmProcess arm, Progress progress, long atLeast, Duration timeout) throws Exception {
        long end = System.nanoTime() + timeout.toNanos();
        for (long count = progress.count(); count < atLeast; count = progress.count()) {
            if (System.nanoTime() > end) {
                throw new ArmFailedException("it had moved " + count + " records after " + timeout.toSeconds() + " s");
            }
            pause(arm);
        }
    }

    private static void pause(ArmProcess arm) throws ArmFailedException, InterruptedException {
        arm.requireAlive();
        TimeUnit.MILLISECONDS.sleep(INTERVAL_MILLIS);
    }
}
