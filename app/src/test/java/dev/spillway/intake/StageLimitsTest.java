package dev.spillway.intake;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spillway.config.BreakerConfig;
import dev.spillway.config.Settings;
import dev.spillway.flow.PassingTime;
import dev.spillway.processor.Attempts;
import dev.spillway.processor.Downstream;
import dev.spillway.processor.Processor;
import dev.spillway.processor.ServiceTimes;
import dev.spillway.processor.Stage;
import dev.spillway.processor.StageChain;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What the intake makes of stages that are not equally fast. */
class StageLimitsTest {
    private static final Processor NOBODY = (record, context) -> {};

    private final PassingTime time = new PassingTime();
    private final StageChain chain = Chains.of(
            Settings.minimal()
                    .with("queue.capacity", "1000")
                    .with("workers", "4")
                    .with("stages", "quick,slow,last")
                    .with("stage.quick.processor", "identity")
                    .with("stage.slow.processor", "identity")
                    .with("stage.slow.shed.policy", "BLOCK")
                    .with("stage.slow.queue.capacity", "1000")
                    .with("stage.last.processor", "identity")
                    .with("stage.last.shed.policy", "DROP_OLDEST")
                    .with("stage.last.queue.capacity", "1000")
                    .withoutProcessor()
                    .config(),
            time,
            NOBODY,
            NOBODY,
            NOBODY);

    private int limited(int stage) {
        return chain.stages().get(stage).queue().snapshot().limit();
    }

    private void spent(int stage, long records, long millisEach) {
        ServiceTimes.add(chain.stages().get(stage).workers(), records, Duration.ofMillis(millisEach));
    }

    @Test
    void the_intake_admits_what_the_slowest_stage_can_do() {
        AdmissionLimit limit = new AdmissionLimit(chain, Duration.ofSeconds(10), time);
        spent(0, 10, 1);
        spent(1, 10, 100);
        spent(2, 10, 10);

        limit.update();

        assertThat(limited(0)).as("four workers for ten seconds, at 100 ms").isEqualTo(400);
        assertThat(limit.allowance(1_000_000)).isEqualTo(Integer.MAX_VALUE);
    }

    @Test
    void until_every_stage_has_done_something_nothing_is_known() {
        AdmissionLimit limit = new AdmissionLimit(chain, Duration.ofSeconds(10), time);
        spent(0, 10, 1);
        spent(1, 10, 1);
        limit.update();
        assertThat(limit.allowance(3)).isEqualTo(5);
        assertThat(limited(0)).isEqualTo(1000);

        spent(2, 1, 1000);
        limit.update();

        assertThat(limit.allowance(3)).isEqualTo(Integer.MAX_VALUE);
    }

    @Test
    void a_record_that_becomes_many_pieces_takes_as_long_as_all_of_them() {
        AdmissionLimit limit = new AdmissionLimit(chain, Duration.ofSeconds(10), time);
        spent(0, 10, 1);
        spent(1, 1000, 10);
        spent(2, 1000, 1);

        limit.update();

        assertThat(limited(0)).as("as if a record took 1000 ms there").isEqualTo(40);
    }

    @Test
    void under_exactly_once_what_is_between_stages_has_to_settle_within_the_transaction_too() {
        InnerLimits limits = new InnerLimits(chain, Duration.ofSeconds(10), time);
        spent(0, 10, 1);
        spent(1, 10, 100);
        spent(2, 10, 1000);

        limits.update();

        assertThat(limited(0)).as("not its business").isEqualTo(1000);
        assertThat(limited(1))
                .as("half of the time, at the pace of the stage behind it")
                .isEqualTo(20);
        assertThat(limited(2)).isEqualTo(20);
    }

    @Test
    void what_lies_before_a_quick_stage_is_not_limited_by_a_slow_one_before_it() {
        InnerLimits limits = new InnerLimits(chain, Duration.ofSeconds(10), time);
        spent(0, 10, 1);
        spent(1, 10, 1000);
        spent(2, 10, 100);

        limits.update();

        assertThat(limited(1)).isEqualTo(20);
        assertThat(limited(2)).isEqualTo(200);
    }

    @Test
    void a_stage_that_becomes_slow_counts_though_the_one_behind_it_did_nothing_meanwhile() {
        InnerLimits limits = new InnerLimits(chain, Duration.ofSeconds(10), time);
        spent(0, 10, 1);
        spent(1, 10, 100);
        spent(2, 10, 100);
        limits.update();
        assertThat(limited(1)).isEqualTo(200);

        spent(1, 10, 300);
        time.advance(Duration.ofMillis(500));
        limits.update();

        assertThat(limited(1)).as("200 ms on average").isEqualTo(100);
    }

    @Test
    void a_stage_that_may_not_use_all_of_its_workers_can_do_no_more_than_those_that_it_may_use() {
        StageChain adaptive = Chains.of(
                Settings.minimal()
                        .with("queue.capacity", "1000")
                        .with("workers", "50")
                        .with("stages", "quick,slow")
                        .with("stage.quick.processor", "identity")
                        .with("stage.slow.processor", "identity")
                        .with("stage.slow.shed.policy", "BLOCK")
                        .with("stage.slow.queue.capacity", "1000")
                        .with("stage.slow.concurrency", "adaptive")
                        .withoutProcessor()
                        .config(),
                time,
                NOBODY,
                NOBODY);
        InnerLimits inner = new InnerLimits(adaptive, Duration.ofSeconds(10), time);
        AdmissionLimit admission = new AdmissionLimit(adaptive, Duration.ofSeconds(10), time);
        assertThat(adaptive.stages().get(1).queue().snapshot().limit())
                .as("twice the four that may work at first")
                .isEqualTo(8);
        ServiceTimes.add(adaptive.stages().get(0).workers(), 10, Duration.ofMillis(1));
        ServiceTimes.add(adaptive.stages().get(1).workers(), 10, Duration.ofMillis(100));

        inner.update();
        admission.update();

        assertThat(adaptive.stages().get(1).queue().snapshot().limit())
                .as("four at once for ten seconds, at 100 ms")
                .isEqualTo(400);
        assertThat(adaptive.firstQueue().snapshot().limit()).isEqualTo(400);
    }

    @Test
    void until_their_pace_is_known_a_stage_that_is_waited_for_holds_little_and_one_that_sheds_is_left_alone() {
        new InnerLimits(chain, Duration.ofSeconds(10), time);

        assertThat(limited(1)).isEqualTo(8);
        assertThat(limited(2)).isEqualTo(1000);
    }

    @Test
    void an_epoch_that_took_too_long_halves_what_may_lie_between_stages() {
        InnerLimits limits = new InnerLimits(chain, Duration.ofSeconds(10), time);
        spent(0, 10, 1);
        spent(1, 10, 100);
        spent(2, 10, 1000);
        limits.update();

        limits.halve();

        assertThat(limited(1)).isEqualTo(10);
        assertThat(limited(2)).isEqualTo(10);
    }

    @Test
    void one_stage_whose_service_is_down_holds_the_intake_back_and_only_its_own_workers() {
        CircuitBreakers breakers = new CircuitBreakers(new BreakerConfig(10, 90, Duration.ofSeconds(1)), chain, time);
        Downstream slow = chain.stages().get(1).workers().downstream();
        Attempts.add(slow, 0, 10);
        breakers.update();

        assertThat(breakers.isAnyOpen()).isTrue();
        assertThat(chain.stages())
                .extracting(Stage::workers)
                .extracting(workers -> workers.downstream().isDown())
                .containsExactly(false, true, false);

        Attempts.add(slow, 1, 0);
        breakers.update();
        assertThat(breakers.isAnyOpen()).isFalse();
    }
}
