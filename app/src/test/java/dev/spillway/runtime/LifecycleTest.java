package dev.spillway.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spillway.runtime.Lifecycle.Created;
import dev.spillway.runtime.Lifecycle.Draining;
import dev.spillway.runtime.Lifecycle.Failed;
import dev.spillway.runtime.Lifecycle.Running;
import dev.spillway.runtime.Lifecycle.Starting;
import dev.spillway.runtime.Lifecycle.State;
import dev.spillway.runtime.Lifecycle.Stopped;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LifecycleTest {
    private static final Map<String, Consumer<Lifecycle>> STEPS = Map.of(
            "start", life -> life.start("why"),
            "run", life -> life.run("why"),
            "drain", life -> life.drain("why"),
            "stop", life -> life.stop("why"),
            "fail", life -> life.fail("why"));

    private static Lifecycle after(List<String> steps) {
        Lifecycle lifecycle = new Lifecycle();
        steps.forEach(step -> take(lifecycle, step));
        return lifecycle;
    }

    private static void take(Lifecycle lifecycle, String step) {
        STEPS.getOrDefault(step, life -> {
                    throw new AssertionError(step);
                })
                .accept(lifecycle);
    }

    private static void assertOnly(List<String> steps, State state, Set<String> legal) {
        assertThat(after(steps).state()).isEqualTo(state);
        STEPS.keySet().stream().filter(step -> !legal.contains(step)).forEach(step -> {
            Lifecycle lifecycle = after(steps);
            assertThatThrownBy(() -> take(lifecycle, step))
                    .as("%s after %s", step, steps)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining(state.name());
            assertThat(lifecycle.state()).isEqualTo(state);
        });
        legal.forEach(step -> take(after(steps), step));
    }

    @Test
    void it_is_created_and_can_only_start() {
        assertOnly(List.of(), new Created("assembled"), Set.of("start"));
    }

    @Test
    void what_starts_runs_or_fails() {
        assertOnly(List.of("start"), new Starting("why"), Set.of("run", "fail"));
    }

    @Test
    void what_runs_drains_or_fails() {
        assertOnly(List.of("start", "run"), new Running("why"), Set.of("drain", "fail"));
    }

    @Test
    void what_drains_stops_or_fails() {
        assertOnly(List.of("start", "run", "drain"), new Draining("why"), Set.of("stop", "fail"));
    }

    @Test
    void what_has_stopped_stays_so() {
        assertOnly(List.of("start", "run", "drain", "stop"), new Stopped("why"), Set.of());
    }

    @ParameterizedTest
    @ValueSource(strings = {"start", "start run", "start run drain"})
    void what_has_failed_stays_so(String before) {
        List<String> steps = new ArrayList<>(List.of(before.split(" ")));
        steps.add("fail");

        assertOnly(steps, new Failed("why"), Set.of());
    }

    @Test
    void a_state_knows_its_name_and_its_reason() {
        State state = after(List.of("start")).state();

        assertThat(state.name()).isEqualTo("Starting");
        assertThat(state.reason()).isEqualTo("why");
    }
}
