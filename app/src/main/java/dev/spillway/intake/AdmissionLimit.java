package dev.spillway.intake;

import dev.spillway.flow.QueueSnapshot;
import dev.spillway.flow.ShedQueue;
import dev.spillway.flow.Time;
import dev.spillway.processor.StageChain;
import dev.spillway.processor.Workers;
import dev.spillway.sink.Delivery;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How much may be queued when all of it has to settle within one transaction. That is so under exactly once with a policy that settles
 * arrivals at the door: the epoch then holds the queue's content (see {@link EpochPipeline}), and more of it than the workers can do
 * in a quarter of the transaction time-out would abort again and again: an epoch stays open while the one before it works off such a
 * queue, and then has one of its own to work off. The consumer loop's own.
 *
 * <p>Until a service time has been measured, arrivals are held back beyond twice the number of workers rather than shed: nothing is
 * known yet that would justify shedding.
 */
final class AdmissionLimit {
    private static final Logger LOG = LoggerFactory.getLogger(AdmissionLimit.class);

    private final ShedQueue<Delivery> queue;
    private final Workers workers;
    private final ServiceRates rates;
    private final Duration budget;

    private boolean warned;

    /**
     * Limits nothing until the first measurement.
     *
     * @param budget the time within which everything that is queued should settle
     */
    AdmissionLimit(StageChain stages, Duration budget, Time time) {
        this.queue = stages.firstQueue();
        this.workers = stages.stages().get(0).workers();
        this.rates = new ServiceRates(stages, time);
        this.budget = budget;
    }

    /**
     * How many arrivals may be offered to the queue now.
     *
     * @param outstanding records that have been admitted and not settled
     */
    int allowance(long outstanding) {
        if (rates.areKnown()) {
            return Integer.MAX_VALUE;
        }
        return (int) Math.max(0, 2L * workers.concurrencyLimit() - outstanding);
    }

    /** Measures the service time now and then and sets the queue's effective capacity by it. */
    void update() {
        if (rates.update()) {
            apply();
        }
    }

    /** An epoch was aborted because it took too long: admit half as much, and recover slowly. */
    void halve() {
        rates.halve();
        if (rates.areKnown()) {
            apply();
        }
    }

    private void apply() {
        queue.limitTo(rates.affordableIn(budget.toNanos(), 0));
        QueueSnapshot snapshot = queue.snapshot();
        if (!warned && snapshot.limit() < snapshot.capacity() && snapshot.depth() >= snapshot.limit()) {
            warned = true;
            LOG.warn(
                    "the queue counts as full at {} of {} records: a record takes {} ms on average, and what is queued has to"
                            + " settle within {} ms, a quarter of the transaction time-out; more workers, a longer"
                            + " producer.transaction.timeout.ms or processing.guarantee=at_least_once would use more of it",
                    snapshot.limit(),
                    snapshot.capacity(),
                    TimeUnit.NANOSECONDS.toMillis((long) rates.slowestMeanNanos()),
                    budget.toMillis());
        }
    }
}
