package dev.spillway.inspect;

import static dev.spillway.config.Guarantee.AT_LEAST_ONCE;
import static dev.spillway.config.Guarantee.EXACTLY_ONCE_V2;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spillway.config.Guarantee;
import dev.spillway.ledger.Origin;
import dev.spillway.ledger.OriginRange;
import dev.spillway.ledger.Outcome;
import dev.spillway.ledger.PartitionId;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AuditTest {
    private static final PartitionId ORDERS = new PartitionId("orders", 0);

    @Test
    void a_record_with_each_outcome_is_conserved() {
        Audit audit = audit(EXACTLY_ONCE_V2, 3);
        audit.outcome(origin(0), Outcome.PROCESSED, Part.WHOLE);
        audit.outcome(origin(1), Outcome.DROPPED, Part.WHOLE);
        audit.outcome(origin(2), Outcome.DEAD_LETTERED, Part.WHOLE);
        AuditReport report = audit.report();
        assertThat(report.isConserved()).isTrue();
        assertThat(report.total())
                .returns(3L, PartitionAudit::input)
                .returns(1L, PartitionAudit::processed)
                .returns(1L, PartitionAudit::dropped)
                .returns(1L, PartitionAudit::deadLettered);
    }

    @Test
    void a_record_without_an_outcome_is_missing_under_both_guarantees() {
        for (Guarantee guarantee : Guarantee.values()) {
            Audit audit = audit(guarantee, 3);
            audit.outcome(origin(0), Outcome.PROCESSED, Part.WHOLE);
            audit.outcome(origin(2), Outcome.PROCESSED, Part.WHOLE);
            AuditReport report = audit.report();
            assertThat(report.isConserved()).as("%s", guarantee).isFalse();
            assertThat(report.total().missing()).isEqualTo(1);
            assertThat(report.firstMissing()).containsExactly(origin(1));
        }
    }

    @Test
    void a_record_with_two_outcomes_is_duplicated_and_fails_exactly_once_only() {
        for (Guarantee guarantee : Guarantee.values()) {
            Audit audit = audit(guarantee, 1);
            audit.outcome(origin(0), Outcome.PROCESSED, Part.WHOLE);
            audit.outcome(origin(0), Outcome.DROPPED, Part.WHOLE);
            audit.outcome(origin(0), Outcome.DROPPED, Part.WHOLE);
            AuditReport report = audit.report();
            assertThat(report.total().duplicated()).isEqualTo(1);
            assertThat(report.firstDuplicated()).containsExactly(origin(0));
            assertThat(report.isConserved()).as("%s", guarantee).isEqualTo(guarantee == AT_LEAST_ONCE);
        }
    }

    @Test
    void a_tombstone_of_several_records_is_the_outcome_of_each() {
        Audit audit = audit(EXACTLY_ONCE_V2, 10_000);
        audit.dropped(new OriginRange("orders", 0, 0, 4999));
        audit.dropped(new OriginRange("orders", 0, 5001, 9999));
        assertThat(audit.report().total())
                .returns(9999L, PartitionAudit::dropped)
                .returns(1L, PartitionAudit::missing)
                .returns(0L, PartitionAudit::duplicated);
        assertThat(audit.report().firstMissing()).containsExactly(origin(5000));
        audit.outcome(origin(5000), Outcome.PROCESSED, Part.WHOLE);
        assertThat(audit.report().isConserved()).isTrue();
    }

    @Test
    void each_record_that_two_tombstones_stand_for_is_duplicated_and_fails_exactly_once_only() {
        for (Guarantee guarantee : Guarantee.values()) {
            Audit audit = audit(guarantee, 10);
            audit.dropped(new OriginRange("orders", 0, 0, 6));
            audit.dropped(new OriginRange("orders", 0, 4, 9));
            assertThat(audit.report().total())
                    .returns(10L, PartitionAudit::dropped)
                    .returns(3L, PartitionAudit::duplicated);
            assertThat(audit.report().firstDuplicated()).containsExactly(origin(4), origin(5), origin(6));
            assertThat(audit.report().isConserved()).as("%s", guarantee).isEqualTo(guarantee == AT_LEAST_ONCE);
        }
    }

    @Test
    void of_a_run_that_reaches_beyond_the_committed_offset_only_that_is_unexpected() {
        Audit audit = audit(EXACTLY_ONCE_V2, 3);
        audit.dropped(new OriginRange("orders", 0, 0, 4));
        assertThat(audit.report().total()).returns(3L, PartitionAudit::dropped).returns(2L, PartitionAudit::unexpected);
        assertThat(audit.report().firstUnexpected()).containsExactly(origin(3), origin(4));
    }

    @Test
    void of_a_run_that_is_not_committed_yet_the_rest_counts_when_it_is() {
        Audit audit = audit(AT_LEAST_ONCE, 3);
        audit.dropped(new OriginRange("orders", 0, 0, 4));
        assertThat(audit.report().total()).returns(3L, PartitionAudit::dropped).returns(2L, PartitionAudit::newer);
        audit.forgetProven();
        audit.extend(Map.of(ORDERS, new InputRange(0, 5, 5, false)));
        audit.input(ORDERS, 3, 0);
        audit.input(ORDERS, 4, 0);
        audit.inputRead();
        assertThat(audit.report().total()).returns(5L, PartitionAudit::dropped).returns(0L, PartitionAudit::missing);
        audit.dropped(new OriginRange("orders", 0, 2, 4));
        assertThat(audit.report().total().duplicated()).isEqualTo(3);
    }

    @Test
    void of_a_run_that_began_before_what_is_audited_only_the_rest_counts() {
        Audit audit = new Audit("app", EXACTLY_ONCE_V2, Map.of(ORDERS, new InputRange(2, 4, 4, false)));
        audit.input(ORDERS, 2, 0);
        audit.input(ORDERS, 3, 0);
        audit.inputRead();
        audit.dropped(new OriginRange("orders", 0, 0, 3));
        assertThat(audit.report().total()).returns(2L, PartitionAudit::dropped).returns(2L, PartitionAudit::removed);
        assertThat(audit.report().isConserved()).isTrue();
    }

    @Test
    void an_offset_that_holds_no_record_cannot_have_been_shed() {
        Audit audit = new Audit("app", EXACTLY_ONCE_V2, Map.of(ORDERS, new InputRange(0, 3, 3, false)));
        audit.input(ORDERS, 0, 0);
        audit.input(ORDERS, 2, 0);
        audit.inputRead();
        audit.dropped(new OriginRange("orders", 0, 0, 2));
        assertThat(audit.report().firstUnexpected()).containsExactly(origin(1));
    }

    @Test
    void a_run_of_a_partition_that_there_is_not_is_unexpected_and_one_of_another_topic_foreign() {
        Audit audit = audit(EXACTLY_ONCE_V2, 0);
        audit.dropped(new OriginRange("orders", 9, 5, 7));
        audit.dropped(new OriginRange("payments", 0, 5, 7));
        assertThat(audit.report().unexpected()).isEqualTo(3);
        assertThat(audit.report().foreign()).isEqualTo(1);
    }

    @Test
    void losing_one_record_while_another_comes_twice_is_seen() {
        Audit audit = audit(EXACTLY_ONCE_V2, 2);
        audit.outcome(origin(0), Outcome.PROCESSED, Part.WHOLE);
        audit.outcome(origin(0), Outcome.PROCESSED, Part.WHOLE);
        assertThat(audit.report().total()).returns(1L, PartitionAudit::missing).returns(1L, PartitionAudit::duplicated);
    }

    @Test
    void an_outcome_beyond_the_committed_offset_is_unexpected_under_exactly_once_only() {
        for (Guarantee guarantee : Guarantee.values()) {
            Audit audit = audit(guarantee, 1);
            audit.outcome(origin(0), Outcome.PROCESSED, Part.WHOLE);
            audit.outcome(origin(1), Outcome.PROCESSED, Part.WHOLE);
            AuditReport report = audit.report();
            assertThat(report.isConserved()).as("%s", guarantee).isEqualTo(guarantee == AT_LEAST_ONCE);
            assertThat(report.unexpected()).isEqualTo(guarantee == AT_LEAST_ONCE ? 0 : 1);
        }
    }

    @Test
    void an_outcome_that_was_committed_while_the_audit_looked_is_expected() {
        Audit audit = new Audit("app", EXACTLY_ONCE_V2, Map.of(ORDERS, new InputRange(0, 1, 5, false)));
        audit.input(ORDERS, 0, 1000L);
        audit.outcome(origin(0), Outcome.PROCESSED, Part.WHOLE);
        audit.outcome(origin(4), Outcome.PROCESSED, Part.WHOLE);
        assertThat(audit.report().isConserved()).isTrue();
        assertThat(audit.report().total().newer()).isEqualTo(1);
        audit.outcome(origin(5), Outcome.PROCESSED, Part.WHOLE);
        assertThat(audit.report().firstUnexpected()).containsExactly(origin(5));
    }

    @Test
    void a_gap_in_the_input_needs_no_outcome_and_one_for_it_is_unexpected_under_both_guarantees() {
        for (Guarantee guarantee : Guarantee.values()) {
            Audit audit = new Audit("app", guarantee, Map.of(ORDERS, new InputRange(0, 3, 3, false)));
            audit.input(ORDERS, 0, 1000L);
            audit.input(ORDERS, 2, 1000L);
            audit.outcome(origin(0), Outcome.PROCESSED, Part.WHOLE);
            audit.outcome(origin(2), Outcome.PROCESSED, Part.WHOLE);
            assertThat(audit.report().isConserved()).isTrue();
            audit.outcome(origin(1), Outcome.PROCESSED, Part.WHOLE);
            assertThat(audit.report().isConserved()).as("%s", guarantee).isFalse();
        }
    }

    @Test
    void outcomes_of_records_that_retention_removed_are_no_longer_in_the_input() {
        Audit audit = new Audit("app", EXACTLY_ONCE_V2, Map.of(ORDERS, new InputRange(10, 11, 11, false)));
        audit.input(ORDERS, 10, 1000L);
        audit.outcome(origin(3), Outcome.PROCESSED, Part.WHOLE);
        audit.outcome(origin(10), Outcome.PROCESSED, Part.WHOLE);
        AuditReport report = audit.report();
        assertThat(report.isConserved()).isTrue();
        assertThat(report.total().removed()).isEqualTo(1);
    }

    @Test
    void records_that_retention_removes_while_the_audit_reads_are_no_longer_in_the_input() {
        Audit audit = new Audit("app", EXACTLY_ONCE_V2, Map.of(ORDERS, new InputRange(0, 2, 2, false)));
        audit.input(ORDERS, 1, 1000L);
        audit.removedBelow(ORDERS, 1);
        audit.outcome(origin(0), Outcome.PROCESSED, Part.WHOLE);
        audit.outcome(origin(1), Outcome.PROCESSED, Part.WHOLE);
        assertThat(audit.report().isConserved()).isTrue();
        assertThat(audit.report().total().removed()).isEqualTo(1);
    }

    @Test
    void outcomes_of_records_that_compaction_removed_are_no_longer_in_the_input() {
        Audit audit = new Audit("app", EXACTLY_ONCE_V2, Map.of(ORDERS, new InputRange(0, 2, 2, true)));
        audit.input(ORDERS, 1, 1000L);
        audit.outcome(origin(0), Outcome.PROCESSED, Part.WHOLE);
        audit.outcome(origin(1), Outcome.PROCESSED, Part.WHOLE);
        assertThat(audit.report().isConserved()).isTrue();
    }

    @Test
    void all_parts_of_a_result_in_any_order_are_one_outcome() {
        Audit audit = audit(EXACTLY_ONCE_V2, 1);
        audit.outcome(origin(0), Outcome.PROCESSED, new Part(3, 3));
        audit.outcome(origin(0), Outcome.PROCESSED, new Part(1, 3));
        audit.outcome(origin(0), Outcome.PROCESSED, new Part(2, 3));
        AuditReport report = audit.report();
        assertThat(report.isConserved()).isTrue();
        assertThat(report.total().processed()).isEqualTo(1);
    }

    @Test
    void a_result_that_lacks_a_part_is_missing() {
        Audit audit = audit(EXACTLY_ONCE_V2, 1);
        audit.outcome(origin(0), Outcome.PROCESSED, new Part(1, 3));
        audit.outcome(origin(0), Outcome.PROCESSED, new Part(3, 3));
        AuditReport report = audit.report();
        assertThat(report.firstMissing()).containsExactly(origin(0));
        assertThat(report.total().incomplete()).isEqualTo(1);
    }

    @Test
    void a_part_that_comes_twice_is_a_duplicate() {
        Audit before = audit(EXACTLY_ONCE_V2, 1);
        before.outcome(origin(0), Outcome.PROCESSED, new Part(1, 2));
        before.outcome(origin(0), Outcome.PROCESSED, new Part(1, 2));
        before.outcome(origin(0), Outcome.PROCESSED, new Part(2, 2));
        assertThat(before.report().total().duplicated()).isEqualTo(1);
        Audit after = audit(EXACTLY_ONCE_V2, 1);
        after.outcome(origin(0), Outcome.PROCESSED, new Part(1, 2));
        after.outcome(origin(0), Outcome.PROCESSED, new Part(2, 2));
        after.outcome(origin(0), Outcome.PROCESSED, new Part(2, 2));
        assertThat(after.report().total().duplicated()).isEqualTo(1);
    }

    @Test
    void some_parts_beside_a_tombstone_are_a_duplicate_in_either_order() {
        Audit before = audit(EXACTLY_ONCE_V2, 1);
        before.outcome(origin(0), Outcome.PROCESSED, new Part(1, 2));
        before.outcome(origin(0), Outcome.DROPPED, Part.WHOLE);
        assertThat(before.report().total())
                .returns(1L, PartitionAudit::duplicated)
                .returns(1L, PartitionAudit::dropped)
                .returns(0L, PartitionAudit::missing);
        Audit after = audit(EXACTLY_ONCE_V2, 1);
        after.outcome(origin(0), Outcome.DROPPED, Part.WHOLE);
        after.outcome(origin(0), Outcome.PROCESSED, new Part(1, 2));
        assertThat(after.report().total().duplicated()).isEqualTo(1);
    }

    @Test
    void parts_that_disagree_about_their_number_are_a_duplicate() {
        Audit audit = audit(EXACTLY_ONCE_V2, 1);
        audit.outcome(origin(0), Outcome.PROCESSED, new Part(1, 2));
        audit.outcome(origin(0), Outcome.PROCESSED, new Part(2, 3));
        assertThat(audit.report().total().duplicated()).isEqualTo(1);
    }

    @Test
    void outcomes_of_other_topics_and_records_without_an_origin_are_foreign_and_do_not_fail() {
        Audit audit = audit(EXACTLY_ONCE_V2, 0);
        audit.foreign();
        audit.outcome(new Origin("payments", 0, 1), Outcome.PROCESSED, Part.WHOLE);
        assertThat(audit.report().foreign()).isEqualTo(2);
        assertThat(audit.report().isConserved()).isTrue();
    }

    @Test
    void an_outcome_of_a_partition_that_the_input_does_not_have_is_unexpected() {
        Audit audit = audit(EXACTLY_ONCE_V2, 0);
        audit.outcome(new Origin("orders", 99, 1), Outcome.PROCESSED, Part.WHOLE);
        assertThat(audit.report().isConserved()).isFalse();
        assertThat(audit.report().firstUnexpected()).containsExactly(new Origin("orders", 99, 1));
    }

    @Test
    void ten_origins_of_a_kind_are_named() {
        AuditReport report = audit(EXACTLY_ONCE_V2, 1000).report();
        assertThat(report.total().missing()).isEqualTo(1000);
        assertThat(report.firstMissing()).hasSize(10).startsWith(origin(0));
    }

    @Test
    void memory_stays_bounded_when_parts_never_become_complete() {
        Audit audit = new Audit("app", AT_LEAST_ONCE, Map.of(ORDERS, new InputRange(0, 200, 200, false)), 100);
        for (int offset = 0; offset < 200; offset++) {
            audit.input(ORDERS, offset, 1000L);
        }
        assertThatThrownBy(() -> {
                    for (int offset = 0; offset < 200; offset++) {
                        audit.outcome(origin(offset), Outcome.PROCESSED, new Part(1, 2));
                    }
                })
                .isInstanceOf(TooManyPartsException.class)
                .hasMessageContaining("more than 100 records");
    }

    @Test
    void the_books_of_a_partition_always_balance() {
        List<Outcome> outcomes = List.of(Outcome.values());
        Audit audit = audit(AT_LEAST_ONCE, 1000);
        for (int i = 0; i < 3000; i++) {
            int offset = i * 7919 % 1300;
            Part part = i % 5 == 0 ? new Part(1 + i % 2, 2) : Part.WHOLE;
            audit.outcome(origin(offset), outcomes.get(i % 3), part);
        }
        PartitionAudit total = audit.report().total();
        assertThat(total.processed() + total.dropped() + total.deadLettered() + total.missing())
                .isEqualTo(total.input());
    }

    @Test
    void an_outcome_that_came_ahead_counts_when_its_record_is_committed() {
        Audit audit = new Audit("app", EXACTLY_ONCE_V2, Map.of(ORDERS, new InputRange(0, 1, 3, false)));
        audit.input(ORDERS, 0, 1000L);
        audit.inputRead();
        audit.outcome(origin(0), Outcome.PROCESSED, Part.WHOLE);
        audit.outcome(origin(2), Outcome.DROPPED, Part.WHOLE);
        assertThat(audit.report().total().newer()).isEqualTo(1);
        audit.forgetProven();
        audit.extend(Map.of(ORDERS, new InputRange(0, 3, 3, false)));
        audit.input(ORDERS, 1, 1000L);
        audit.input(ORDERS, 2, 1000L);
        audit.inputRead();
        assertThat(audit.report().firstMissing()).containsExactly(origin(1));
        audit.outcome(origin(1), Outcome.PROCESSED, Part.WHOLE);
        assertThat(audit.report().isConserved()).isTrue();
        assertThat(audit.report().total())
                .returns(3L, PartitionAudit::input)
                .returns(2L, PartitionAudit::processed)
                .returns(1L, PartitionAudit::dropped)
                .returns(0L, PartitionAudit::newer);
    }

    @Test
    void another_outcome_of_what_is_proven_and_forgotten_is_a_duplicate() {
        Audit audit = audit(EXACTLY_ONCE_V2, 1);
        audit.outcome(origin(0), Outcome.PROCESSED, Part.WHOLE);
        audit.forgetProven();
        audit.outcome(origin(0), Outcome.PROCESSED, Part.WHOLE);
        assertThat(audit.report().isConserved()).isFalse();
        assertThat(audit.report().firstDuplicated()).containsExactly(origin(0));
    }

    private static Audit audit(Guarantee guarantee, long records) {
        Audit audit = new Audit("app", guarantee, Map.of(ORDERS, new InputRange(0, records, records, false)));
        for (long offset = 0; offset < records; offset++) {
            audit.input(ORDERS, offset, 1000L);
        }
        return audit;
    }

    private static Origin origin(long offset) {
        return new Origin("orders", 0, offset);
    }
}
