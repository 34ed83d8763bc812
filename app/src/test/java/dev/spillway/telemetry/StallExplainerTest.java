package dev.spillway.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spillway.intake.IntakeStatus.EpochStatus;
import dev.spillway.ledger.Epoch;
import dev.spillway.telemetry.StallExplainer.Explanation;
import dev.spillway.telemetry.StallExplainer.Holder;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class StallExplainerTest {
    private static final Duration LONG = Duration.ofSeconds(12);
    private static final Duration SHORT = Duration.ofMillis(20);

    private final StallExplainer explainer = new StallExplainer(Duration.ofSeconds(10));

    /** Its first record came at the start, and so did its state. */
    private static EpochStatus epoch(Epoch.State state, long outstanding) {
        return new EpochStatus(4, state, Pictures.START, Pictures.START, 100, outstanding);
    }

    private Explanation explain(Pictures pictures) {
        return explainer.explain(pictures.take(), null);
    }

    @Test
    void without_records_there_is_nothing_to_hold_back() {
        Explanation explanation = explain(Pictures.quiet());

        assertThat(explanation.holder()).isEqualTo(Holder.NOTHING);
        assertThat(explanation.stalled()).isFalse();
    }

    @Test
    void the_record_that_a_worker_has_had_longest_is_named_with_its_thread() {
        Explanation explanation = explain(Pictures.quiet()
                .after(LONG)
                .epochs(epoch(Epoch.State.SEALED, 2))
                .atWork(1, 17, Duration.ofSeconds(11))
                .atWork(2, 18, Duration.ofSeconds(3)));

        assertThat(explanation.holder()).isEqualTo(Holder.WORKER);
        assertThat(explanation.stalled()).isTrue();
        assertThat(explanation.why())
                .isEqualTo("in-0@17 has been in the hands of spillway-worker-1 for 11.0 s and is being processed");
        assertThat(explanation.record()).isEqualTo(new StallExplainer.RecordView("in-0@17", 10.0, 11.0));
        assertThat(explanation.thread()).satisfies(thread -> {
            assertThat(thread.state()).isEqualTo("RUNNABLE");
            assertThat(thread.stack()).anyMatch(frame -> frame.contains("StallExplainerTest"));
        });
        assertThat(explanation.epoch()).isEqualTo(new StallExplainer.EpochView(4, "SEALED", 12.0, 100, 2));
    }

    @Test
    void what_is_queued_between_stages_is_work_to_do_and_not_kafkas_delay() {
        Explanation explanation = explain(Pictures.quiet()
                .after(LONG)
                .epochs(epoch(Epoch.State.SEALED, 5))
                .stage("validate", 0, 1)
                .stage("store", 5, 1));

        assertThat(explanation.holder()).isEqualTo(Holder.BACKLOG);
        assertThat(explanation.why()).contains("5 records are queued");
    }

    @Test
    void a_record_that_waits_for_its_next_attempt_is_told_from_one_at_work() {
        Explanation explanation = explain(Pictures.quiet()
                .after(LONG)
                .epochs(epoch(Epoch.State.SEALED, 1))
                .waitsForRetry(3, Duration.ofSeconds(5)));

        assertThat(explanation.holder()).isEqualTo(Holder.RETRY);
        assertThat(explanation.why()).contains("in-0@3", "waits for its next attempt");
        assertThat(explanation.stalled()).as("5 s are not long").isFalse();
    }

    @Test
    void a_record_that_has_waited_for_its_next_attempts_for_longer_is_named_rather_than_a_younger_one_at_work() {
        Explanation explanation = explain(Pictures.quiet()
                .after(LONG)
                .epochs(epoch(Epoch.State.SEALED, 2))
                .atWork(0, 17, Duration.ofSeconds(3))
                .waitsForRetry(3, Duration.ofMinutes(5)));

        assertThat(explanation.holder()).isEqualTo(Holder.RETRY);
        assertThat(explanation.why()).contains("in-0@3");
        assertThat(explanation.stalled()).isTrue();
    }

    @Test
    void a_record_at_work_that_was_queued_before_one_that_waits_is_named() {
        Explanation explanation = explain(Pictures.quiet()
                .after(LONG)
                .epochs(epoch(Epoch.State.SEALED, 2))
                .atWork(0, 17, Duration.ofSeconds(6), Duration.ofSeconds(3))
                .waitsForRetry(18, Duration.ofSeconds(8)));

        assertThat(explanation.holder()).isEqualTo(Holder.WORKER);
    }

    @Test
    void much_work_and_no_slow_record_is_a_backlog() {
        Explanation explanation = explain(Pictures.quiet()
                .after(LONG)
                .queued(60)
                .epochs(epoch(Epoch.State.SEALED, 62))
                .atWork(0, 3, SHORT)
                .atWork(1, 4, SHORT));

        assertThat(explanation.holder()).isEqualTo(Holder.BACKLOG);
        assertThat(explanation.stalled()).isTrue();
        assertThat(explanation.why())
                .contains("62 records of epoch 4", "60 records are queued", "2 of 4 workers are busy");
    }

    @Test
    void an_open_epoch_whose_workers_get_on_waits_for_nothing_but_its_time() {
        Explanation explanation = explain(Pictures.quiet()
                .after(LONG)
                .queued(60)
                .epochs(epoch(Epoch.State.OPEN, 62))
                .atWork(0, 3, SHORT));

        assertThat(explanation.holder()).isEqualTo(Holder.COMMIT_INTERVAL);
        assertThat(explanation.stalled()).isFalse();
    }

    @Test
    void what_no_worker_has_and_no_queue_waits_for_kafka() {
        Explanation explanation = explain(Pictures.quiet().after(LONG).epochs(epoch(Epoch.State.SEALED, 5)));

        assertThat(explanation.holder()).isEqualTo(Holder.ACKNOWLEDGEMENT);
        assertThat(explanation.why()).contains("has not acknowledged the outputs of 5 records");
        assertThat(explanation.stalled()).isTrue();
    }

    @Test
    void balanced_books_wait_for_the_commit() {
        Explanation explanation = explain(Pictures.quiet()
                .after(LONG)
                .epochs(epoch(Epoch.State.BALANCED, 0))
                .atWork(0, 3, LONG));

        assertThat(explanation.holder()).isEqualTo(Holder.COMMIT);
        assertThat(explanation.why()).isEqualTo("epoch 4 has waited for 12.0 s for Kafka to confirm its commit");
        assertThat(explanation.stalled()).isTrue();
    }
}
