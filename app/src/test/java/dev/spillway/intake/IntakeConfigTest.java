package dev.spillway.intake;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spillway.config.BreakerConfig;
import dev.spillway.config.Settings;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class IntakeConfigTest {
    private static Settings settings() {
        return Settings.minimal().with("processing.timeout.ms", "2000").with("retry.max.retries", "0");
    }

    @Test
    void an_epoch_is_bounded_by_its_transaction() {
        assertThat(IntakeConfig.of(settings().config()))
                .isEqualTo(new IntakeConfig(
                        List.of("in"),
                        Duration.ofMillis(100),
                        Duration.ofSeconds(10),
                        64 * 1024 * 1024,
                        false,
                        new BreakerConfig(20, 95, Duration.ofSeconds(1)),
                        Duration.ofSeconds(3)));
    }

    @Test
    void at_least_once_no_transaction_bounds_an_epoch() {
        IntakeConfig config = IntakeConfig.of(
                settings().with("processing.guarantee", "at_least_once").config());

        assertThat(config.transactionTimeout()).isNull();
        assertThat(config.commitInterval()).isEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void a_rebalance_waits_for_one_record_and_never_longer_than_a_third_of_the_groups_patience() {
        assertThat(IntakeConfig.of(settings()
                                .with("consumer.max.poll.interval.ms", "4500")
                                .config())
                        .revocationTimeout())
                .isEqualTo(Duration.ofMillis(1500));
    }
}
