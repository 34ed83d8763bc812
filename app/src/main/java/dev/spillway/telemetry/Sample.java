package dev.spillway.telemetry;

import dev.spillway.flow.Distribution;
import dev.spillway.runtime.Instruments.Reading;
import java.util.concurrent.TimeUnit;

/**
 * What the time between two pictures was like: rates per second, and how old records were when they got their outcome.
 *
 * @param atMillis its end, in milliseconds since 1970
 * @param depth records queued at its end
 * @param limit how many the queue might hold at its end
 * @param busy workers busy at its end
 * @param utilisation the workers' busy time over their time, from 0 to 1
 * @param ageP50 the median age at settle, in seconds
 * @param ageP99 the 99th percentile of it, in seconds
 * @param lag records not committed at its end
 */
record Sample(
        long atMillis,
        double consumed,
        double processed,
        double dropped,
        double deadLettered,
        double committed,
        int depth,
        int limit,
        int busy,
        double utilisation,
        double ageP50,
        double ageP99,
        long lag) {

    /** Before the first one. */
    static final Sample NONE = new Sample(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

    static Sample between(Picture from, Picture to) {
        Reading before = from.reading();
        Reading now = to.reading();
        double seconds = Math.max(1, to.atNanos() - from.atNanos()) / (double) TimeUnit.SECONDS.toNanos(1);
        Distribution.Counts ages = now.settled().age().since(before.settled().age());
        int workers = now.workers().workers().size();
        double busySeconds =
                inSeconds(now.workers().busyNanos() - before.workers().busyNanos());
        return new Sample(
                to.atMillis(),
                (now.consumed() - before.consumed()) / seconds,
                (now.settled().processed() - before.settled().processed()) / seconds,
                (now.settled().allDropped() - before.settled().allDropped()) / seconds,
                (now.settled().allDeadLettered() - before.settled().allDeadLettered()) / seconds,
                (now.totals().committed().consumed()
                                - before.totals().committed().consumed())
                        / seconds,
                now.queue().depth(),
                now.queue().limit(),
                now.workers().busy(),
                workers == 0 ? 0 : Math.max(0, Math.min(1, busySeconds / seconds / workers)),
                inSeconds(ages.quantile(0.5)),
                inSeconds(ages.quantile(0.99)),
                to.lag());
    }

    /** Which part of what got an outcome was shed, from 0 to 1. */
    double shedShare() {
        double all = processed + dropped + deadLettered;
        return all == 0 ? 0 : dropped / all;
    }

    static double inSeconds(long nanos) {
        return nanos / (double) TimeUnit.SECONDS.toNanos(1);
    }
}
