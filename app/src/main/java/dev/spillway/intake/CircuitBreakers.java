package dev.spillway.intake;

import dev.spillway.config.BreakerConfig;
import dev.spillway.flow.Time;
import dev.spillway.processor.StageChain;
import java.util.List;

/** The circuit breakers of all stages: while that of any is open, nothing is admitted. The consumer loop's own. */
final class CircuitBreakers {
    private final List<CircuitBreaker> breakers;

    CircuitBreakers(BreakerConfig config, StageChain stages, Time time) {
        this.breakers = stages.stages().stream()
                .map(stage -> new CircuitBreaker(
                        config, stage.name(), stage.queue(), stage.workers().downstream(), time))
                .toList();
    }

    /** Whether nothing may be admitted now. */
    boolean isAnyOpen() {
        for (int i = 0; i < breakers.size(); i++) {
            if (breakers.get(i).isOpen()) {
                return true;
            }
        }
        return false;
    }

    void update() {
        for (int i = 0; i < breakers.size(); i++) {
            breakers.get(i).update();
        }
    }
}
