package dev.spillway.intake;

import dev.spillway.config.BreakerConfig;
import dev.spillway.flow.Time;
import dev.spillway.processor.StageChain;
import java.util.List;

/** The circuit breakers of all stages: while that of any is open, records are admitted for probes only. The consumer loop's own. */
final class CircuitBreakers {
    private final List<CircuitBreaker> breakers;

    CircuitBreakers(BreakerConfig config, StageChain stages, Time time) {
        this.breakers = stages.stages().stream()
                .map(stage -> new CircuitBreaker(
                        config, stage.name(), stage.queue(), stage.workers().downstream(), time))
                .toList();
    }

    /** Whether records are admitted for probes only. */
    boolean isAnyOpen() {
        for (int i = 0; i < breakers.size(); i++) {
            if (breakers.get(i).isOpen()) {
                return true;
            }
        }
        return false;
    }

    /** Whether one that is open needs a record to probe with. */
    boolean isAnyHungry() {
        for (int i = 0; i < breakers.size(); i++) {
            if (breakers.get(i).isHungry()) {
                return true;
            }
        }
        return false;
    }

    /** Says that a record was admitted; it goes through all stages. */
    void feed() {
        breakers.forEach(CircuitBreaker::feed);
    }

    void update() {
        for (int i = 0; i < breakers.size(); i++) {
            breakers.get(i).update();
        }
    }
}
