package dev.spillway.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spillway.config.InvalidConfigException;
import dev.spillway.config.Settings;
import dev.spillway.flow.ManualTime;
import dev.spillway.ledger.RunTotals;
import org.junit.jupiter.api.Test;

class SidecarTest {
    private static Sidecar sidecar(String processor) {
        return new Sidecar(Settings.minimal().with("processor", processor).config(), false, new ManualTime());
    }

    @Test
    void one_that_has_not_run_is_created_and_not_ready() {
        Sidecar sidecar = sidecar("identity");

        assertThat(sidecar.state()).isEqualTo(new Lifecycle.Created("assembled"));
        assertThat(sidecar.isReady()).isFalse();
        assertThat(sidecar.totals()).isEqualTo(RunTotals.ZERO);
    }

    @Test
    void one_that_cannot_start_has_failed_for_the_reason_that_it_throws() {
        Sidecar sidecar = sidecar("com.example.Absent");

        assertThatThrownBy(sidecar::run)
                .isInstanceOf(InvalidConfigException.class)
                .hasMessageContaining("com.example.Absent");
        assertThat(sidecar.state())
                .isInstanceOfSatisfying(
                        Lifecycle.Failed.class,
                        failed -> assertThat(failed.reason()).contains("com.example.Absent"));
    }

    @Test
    void it_runs_once() {
        Sidecar sidecar = sidecar("com.example.Absent");
        assertThatThrownBy(sidecar::run).isInstanceOf(InvalidConfigException.class);

        assertThatThrownBy(sidecar::run).isInstanceOf(IllegalStateException.class);
    }
}
