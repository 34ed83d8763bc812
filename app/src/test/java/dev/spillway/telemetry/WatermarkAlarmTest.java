package dev.spillway.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spillway.intake.IntakeStatus.PauseReason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class WatermarkAlarmTest {
    private static final Duration AFTER = Duration.ofSeconds(10);

    private final WatermarkAlarm alarm =
            new WatermarkAlarm("DROP_OLDEST", AFTER, Pictures.quiet().take());
    private final List<String> lines = new ArrayList<>();

    private void look(Pictures pictures, int second) {
        alarm.look(pictures.after(Duration.ofSeconds(second)).take()).ifPresent(lines::add);
    }

    private void lookEachSecond(int from, int to, int queued) {
        for (int second = from; second < to; second++) {
            look(Pictures.quiet().queued(queued), second);
        }
    }

    @Test
    void a_queue_that_is_full_for_less_than_its_time_is_no_news() {
        lookEachSecond(0, 10, 90);
        lookEachSecond(10, 11, 89);
        lookEachSecond(11, 21, 100);

        assertThat(lines).isEmpty();
        assertThat(alarm.isRaised()).isFalse();
    }

    @Test
    void it_is_raised_once_and_cleared_once() {
        lookEachSecond(0, 100, 95);
        assertThat(lines).hasSize(1);
        assertThat(lines.get(0)).startsWith("the queue has been above 90 % for 10 s: 95 of 100 records");
        assertThat(alarm.isRaised()).isTrue();

        lookEachSecond(100, 200, 10);
        assertThat(lines).hasSize(2);
        assertThat(lines.get(1)).startsWith("the queue has been below 90 % again for 10 s: 10 of 100 records");
        assertThat(alarm.isRaised()).isFalse();
    }

    @Test
    void a_moment_below_the_mark_does_not_clear_it() {
        lookEachSecond(0, 20, 95);
        for (int second = 20; second < 200; second += 5) {
            lookEachSecond(second, second + 4, 50);
            lookEachSecond(second + 4, second + 5, 95);
        }

        assertThat(lines).hasSize(1);
    }

    @Test
    void under_block_a_queue_that_lets_nothing_in_is_full() {
        for (int second = 0; second < 20; second++) {
            look(Pictures.quiet().queued(50 + second).paused(PauseReason.QUEUE_FULL), second);
        }

        assertThat(lines).hasSize(1);
    }

    @Test
    void busy_workers_that_get_too_much_need_company() {
        for (int second = 0; second <= 10; second++) {
            look(
                    Pictures.quiet()
                            .queued(100)
                            .consumed(500L * second)
                            .processed(100L * second)
                            .dropped(400L * second)
                            .busy(Duration.ofSeconds(4L * second)),
                    second);
        }

        assertThat(lines)
                .singleElement()
                .asString()
                .contains(
                        "500 arrive, 100 are processed and 400 are shed (DROP_OLDEST)",
                        "5.0 times as much arrives as they can do",
                        "workers=20 if they mostly wait",
                        "5 instances if they compute (1 partitions are assigned here)");
    }

    @Test
    void what_grows_as_lag_arrives_as_well() {
        for (int second = 0; second <= 10; second++) {
            look(
                    Pictures.quiet()
                            .paused(PauseReason.QUEUE_FULL)
                            .consumed(100L * second)
                            .processed(100L * second)
                            .lag(200L * second)
                            .busy(Duration.ofSeconds(4L * second)),
                    second);
        }

        assertThat(lines).singleElement().asString().contains("300 arrive", "workers=12");
    }

    @Test
    void more_workers_are_no_advice_for_idle_ones() {
        for (int second = 0; second <= 10; second++) {
            look(
                    Pictures.quiet()
                            .queued(100)
                            .consumed(500L * second)
                            .processed(100L * second)
                            .busy(Duration.ofSeconds(second)),
                    second);
        }

        assertThat(lines)
                .singleElement()
                .asString()
                .contains("busy for only 25 %", "/health/stalled")
                .doesNotContain("workers=");
    }

    @Test
    void a_queue_that_may_not_be_used_wholly_says_why() {
        for (int second = 0; second <= 10; second++) {
            look(Pictures.quiet().queued(50).limitedTo(50), second);
        }

        assertThat(lines).singleElement().asString().contains("50 of 50", "producer.transaction.timeout.ms");
    }

    @Test
    void workers_that_keep_up_have_met_a_burst() {
        for (int second = 0; second <= 10; second++) {
            look(
                    Pictures.quiet()
                            .queued(100)
                            .consumed(100L * second)
                            .processed(100L * second)
                            .busy(Duration.ofSeconds(4L * second)),
                    second);
        }

        assertThat(lines)
                .singleElement()
                .asString()
                .contains("a larger queue.capacity would take in more of the next one");
    }

    @Test
    void of_several_stages_the_slowest_one_is_named() {
        for (int second = 0; second <= 10; second++) {
            look(
                    Pictures.quiet()
                            .queued(100)
                            .stage("validate", 100, 4, Duration.ofMillis(400L * second))
                            .stage("store", 5, 2, Duration.ofMillis(1800L * second)),
                    second);
        }

        assertThat(lines)
                .singleElement()
                .asString()
                .contains("The stage store is the slowest: its 2 workers are busy for 90 %", "stage.store.workers");
    }
}
