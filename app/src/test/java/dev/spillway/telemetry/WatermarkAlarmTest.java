package dev.spillway.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spillway.flow.ShedPolicies;
import dev.spillway.flow.ShedPolicy;
import dev.spillway.intake.IntakeStatus.PauseReason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class WatermarkAlarmTest {
    private static final Duration AFTER = Duration.ofSeconds(10);

    private final WatermarkAlarm alarm = new WatermarkAlarm(
            List.of(ShedPolicies.DROP_OLDEST), AFTER, Pictures.quiet().take());
    private final List<String> lines = new ArrayList<>();

    private void look(Pictures pictures, int second) {
        look(alarm, pictures, second);
    }

    private void look(WatermarkAlarm looking, Pictures pictures, int second) {
        looking.look(pictures.after(Duration.ofSeconds(second)).take()).ifPresent(lines::add);
    }

    /** In each second so many arrive, and the four busy workers do a hundred. */
    private static Pictures busy(int second, long arriving) {
        return Pictures.quiet()
                .queued(100)
                .consumed(arriving * second)
                .processed(100L * second)
                .busy(Duration.ofSeconds(4L * second));
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
        assertThat(alarm.raisedFor()).isNull();
    }

    @Test
    void it_is_raised_once_and_cleared_once() {
        lookEachSecond(0, 100, 95);
        assertThat(lines).hasSize(1);
        assertThat(lines.get(0)).startsWith("the queue has been above 90 % for 10 s: 95 of 100 records");
        assertThat(alarm.raisedFor()).isEqualTo("the queue");

        lookEachSecond(100, 200, 10);
        assertThat(lines).hasSize(2);
        assertThat(lines.get(1)).startsWith("the queue has been below 90 % again for 10 s: 10 of 100 records");
        assertThat(alarm.raisedFor()).isNull();
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
    void a_queue_that_is_full_by_bytes_is_full() {
        for (int second = 0; second <= 10; second++) {
            look(busy(second, 500).queued(10).ofBytes(9500), second);
        }

        assertThat(lines)
                .singleElement()
                .asString()
                .contains("10 of 100 records are queued, 95,000 of 100,000 bytes", "queue.capacity.bytes only delays");
    }

    @Test
    void what_waits_for_another_attempt_takes_room_as_well() {
        for (int second = 0; second <= 10; second++) {
            look(Pictures.quiet().queued(20).parked(75), second);
        }

        assertThat(lines)
                .singleElement()
                .asString()
                .contains(
                        "95 of 100 records are queued, 75 of them put aside until later",
                        "more workers would not help, a larger queue.capacity would");
    }

    @Test
    void busy_workers_that_get_too_much_need_company() {
        for (int second = 0; second <= 10; second++) {
            look(busy(second, 500).dropped(400L * second), second);
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
            look(busy(second, 100).queued(0).paused(PauseReason.QUEUE_FULL).lag(200L * second), second);
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
            look(busy(second, 100), second);
        }

        assertThat(lines)
                .singleElement()
                .asString()
                .contains("a larger queue.capacity would take in more of the next one");
    }

    @Test
    void a_queue_between_stages_that_sheds_counts_as_the_first_one_does() {
        WatermarkAlarm ofTwo = alarmOfTwo(ShedPolicies.DROP_OLDEST);
        for (int second = 0; second <= 20; second++) {
            look(ofTwo, Pictures.quiet().stage("validate", 0, 4).stage("store", 9, 2), second);
        }
        assertThat(ofTwo.raisedFor()).isEqualTo("the queue of the stage store");
        for (int second = 21; second <= 40; second++) {
            look(ofTwo, Pictures.quiet().stage("validate", 0, 4).stage("store", 2, 2), second);
        }

        assertThat(lines).hasSize(2);
        assertThat(lines.get(0))
                .startsWith("the queue of the stage store has been above 90 % for 10 s: 9 of 10 records are queued")
                .contains("(DROP_OLDEST)", "busy for only 0 %", "/health/stalled");
        assertThat(lines.get(1))
                .startsWith("the queue of the stage store has been below 90 % again for 10 s: 2 of 10 records");
    }

    @Test
    void a_queue_between_stages_that_only_holds_back_the_one_before_is_no_news() {
        WatermarkAlarm ofTwo = alarmOfTwo(ShedPolicies.BLOCK);
        for (int second = 0; second <= 20; second++) {
            look(ofTwo, Pictures.quiet().stage("validate", 0, 4).stage("store", 10, 2), second);
        }

        assertThat(lines).isEmpty();
    }

    private static WatermarkAlarm alarmOfTwo(ShedPolicy second) {
        return new WatermarkAlarm(
                List.of(ShedPolicies.DROP_NEWEST, second),
                AFTER,
                Pictures.quiet().take());
    }

    @Test
    void of_several_stages_the_slowest_one_is_named() {
        WatermarkAlarm ofTwo = alarmOfTwo(ShedPolicies.BLOCK);
        for (int second = 0; second <= 10; second++) {
            look(
                    ofTwo,
                    Pictures.quiet()
                            .queued(100)
                            .stage("validate", 100, 4, Duration.ofMillis(400L * second))
                            .stage("store", 5, 2, Duration.ofMillis(1800L * second)),
                    second);
        }

        assertThat(lines)
                .singleElement()
                .asString()
                .contains(
                        "The stage store is the slowest: its 2 workers are busy for 90 %",
                        "A larger stage.store.workers helps",
                        "a larger stage.validate.queue.capacity only delays this");
    }
}
