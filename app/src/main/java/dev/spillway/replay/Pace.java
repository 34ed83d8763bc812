package dev.spillway.replay;

import dev.spillway.flow.CancellationToken;
import dev.spillway.flow.Time;
import java.time.Duration;

/** Keeps a rate on the average, in steps of a tenth of a second where there is one. Used by one thread. */
final class Pace {
    private static final double STEPS_PER_SECOND = 10;

    private final double perSecond;
    private final Time time;
    private final CancellationToken stop;
    private long dueAt;

    /** @param perSecond how many at most, or 0 for no limit */
    Pace(double perSecond, Time time, CancellationToken stop) {
        this.perSecond = perSecond;
        this.time = time;
        this.stop = stop;
        this.dueAt = time.nanoTime();
    }

    /** How many may go at a time. */
    int step(int most) {
        return perSecond == 0 ? most : (int) Math.max(1, Math.min(most, perSecond / STEPS_PER_SECOND));
    }

    /** Waits until so many are due; what was lost to a slow cluster is not made up for. */
    void await(int count) throws InterruptedException {
        if (perSecond == 0) {
            return;
        }
        long now = time.nanoTime();
        long wait = dueAt - now;
        dueAt = Math.max(dueAt, now) + (long) (count / perSecond * 1e9);
        if (wait > 0) {
            stop.await(time, Duration.ofNanos(wait));
        }
    }
}
