package dev.spillway.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Searches for schedules that lose something, publish it twice, or stall. */
class SimulationTest {
    static List<Integer> kinds() {
        return Scenario.kinds();
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void every_record_gets_its_outcome_whatever_happens(int kind) {
        Search.of(Plant.NOTHING).requireNothing(kind);
    }

    @Test
    void a_seed_repeats_its_run() {
        for (long seed = 0; seed < Scenario.KINDS; seed++) {
            assertThat(Search.traceOf(seed)).hasSizeGreaterThan(50).isEqualTo(Search.traceOf(seed));
        }
    }
}
