package dev.spillway.intake;

import dev.spillway.config.BreakerConfig;
import dev.spillway.flow.ShedQueue;
import dev.spillway.flow.Time;
import dev.spillway.processor.Downstream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stops the flow while what the processor depends on is plainly down, so that an outage there does not drain the input into the dead
 * letter topic (Michael Nygard: Release It!, 2007, "Circuit Breaker"). While it is open workers get one record at a time, now and then,
 * as a probe, and attempts that fail use up no retry. It closes when an attempt does not fail any more. The consumer loop's own.
 *
 * <p>A probe is made with a record that was not tried before as long as there is one, and one is admitted for it when none is queued:
 * records that fail whatever is done about them look like an outage, until another one succeeds.
 */
final class CircuitBreaker {
    private static final Logger LOG = LoggerFactory.getLogger(CircuitBreaker.class);

    private final BreakerConfig config;
    private final String where;
    private final ShedQueue<?> queue;
    private final Downstream downstream;
    private final Time time;

    private boolean open;
    private boolean fed;
    private long openedAt;
    private long probedAt;

    /** The counts at which the present window began; while it is open, at which it opened. */
    private long answeredBefore;

    private long failedBefore;

    /**
     * A closed one.
     *
     * @param stage the name of the stage that it watches; null where there is only one
     */
    CircuitBreaker(BreakerConfig config, @Nullable String stage, ShedQueue<?> queue, Downstream downstream, Time time) {
        this.config = config;
        this.where = stage == null ? "" : "stage " + stage + ": ";
        this.queue = queue;
        this.downstream = downstream;
        this.time = time;
    }

    /** Whether records are admitted for probes only. */
    boolean isOpen() {
        return open;
    }

    /** Whether it is open, nothing is queued that a probe could be made with, and nothing was admitted for that since the last one. */
    boolean isHungry() {
        return open && !fed && !queue.isAnyReady();
    }

    /** Says that a record was admitted. */
    void feed() {
        fed = true;
    }

    /** Looks at what the attempts have come to, and sends the next probe when it is time for one. */
    void update() {
        if (config.isOff()) {
            return;
        }
        long answered = downstream.answered() - answeredBefore;
        long failed = downstream.failed() - failedBefore;
        if (open) {
            if (answered > 0) {
                close();
            } else if (time.nanoTime() - probedAt >= config.probeInterval().toNanos()) {
                probe();
            }
        } else if (answered + failed >= config.window()) {
            if (100 * failed >= config.failurePercent() * (answered + failed)) {
                open(failed, answered + failed);
            }
            beginWindow();
        }
    }

    private void open(long failed, long attempts) {
        open = true;
        openedAt = time.nanoTime();
        downstream.declareDown();
        LOG.warn(
                "{}{} of the last {} attempts failed: the intake pauses, and one record is tried every {} ms until that succeeds",
                where,
                failed,
                attempts,
                config.probeInterval().toMillis());
        probe();
    }

    private void close() {
        open = false;
        downstream.declareUp(time.nanoTime());
        queue.unrestrictTakers();
        LOG.warn(
                "{}an attempt succeeded: the intake goes on after {} ms",
                where,
                (time.nanoTime() - openedAt) / 1_000_000);
        beginWindow();
    }

    private void probe() {
        probedAt = time.nanoTime();
        fed = false;
        queue.restrictTakers(1);
    }

    private void beginWindow() {
        answeredBefore = downstream.answered();
        failedBefore = downstream.failed();
    }
}
