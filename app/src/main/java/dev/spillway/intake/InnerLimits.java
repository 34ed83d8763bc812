package dev.spillway.intake;

import dev.spillway.flow.ShedPolicies;
import dev.spillway.flow.Time;
import dev.spillway.processor.Stage;
import dev.spillway.processor.StageChain;
import java.time.Duration;
import java.util.List;

/**
 * How much may be queued between stages under exactly once. What lies there is in flight: it belongs to an epoch that can neither give it
 * back nor pass it on, and so has to settle within the transaction, whatever the policies are. The consumer loop's own.
 *
 * <p>Until the stages' service times are known, a queue that lets its stage be waited for holds no more than twice what may be
 * processed there at once. One that sheds is left as it is: nothing is known yet that would justify shedding.
 */
final class InnerLimits {
    private final List<Stage> stages;
    private final ServiceRates rates;
    private final long budgetNanos;

    /**
     * Limits the queues of all stages but the first.
     *
     * @param stages at least two
     * @param budget the time within which everything that is queued between them should settle
     */
    InnerLimits(StageChain stages, Duration budget, Time time) {
        this.stages = stages.stages();
        this.rates = new ServiceRates(stages, time);
        this.budgetNanos = budget.toNanos() / (this.stages.size() - 1);
        for (Stage stage : this.stages.subList(1, this.stages.size())) {
            if (stage.queue().policy() == ShedPolicies.BLOCK) {
                stage.queue().limitTo(2 * stage.workers().concurrencyLimit());
            }
        }
    }

    /** Measures now and then, and sets the queues' effective capacities by it. */
    void update() {
        if (rates.update()) {
            apply();
        }
    }

    /** An epoch was aborted because it took too long. */
    void halve() {
        rates.halve();
        if (rates.areKnown()) {
            apply();
        }
    }

    private void apply() {
        for (int i = 1; i < stages.size(); i++) {
            stages.get(i).queue().limitTo(rates.affordableIn(budgetNanos, i));
        }
    }
}
