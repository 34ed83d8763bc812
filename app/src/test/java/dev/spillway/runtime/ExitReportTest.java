package dev.spillway.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spillway.flow.JoinReport;
import dev.spillway.ledger.EpochReport.Totals;
import dev.spillway.ledger.RunTotals;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ExitReportTest {
    private static final RunTotals TOTALS = new RunTotals(new Totals(1_234_567, 1_234_000, 560, 7), 12, 1);
    private static final JoinReport CLEAN = new JoinReport(8, 0, List.of(), List.of());

    private static ExitReport report(
            RunTotals totals, JoinReport workers, boolean settled, @Nullable Throwable failure) {
        return new ExitReport("DROP_OLDEST", totals, workers, settled, failure);
    }

    private static void assertNotConserved(ExitReport report) {
        assertThat(report.isConserved()).isFalse();
        assertThat(report.render())
                .containsPattern("conserved +NO ")
                .contains("what was not committed stays with Kafka and will be delivered again")
                .doesNotContain("==");
    }

    @Test
    void a_clean_end_is_told_row_by_row() {
        Locale before = Locale.getDefault();
        Locale.setDefault(Locale.US);
        try {
            assertThat(report(TOTALS, CLEAN, true, null).render()).isEqualToNormalizingNewlines("""

                            policy              DROP_OLDEST
                            consumed              1,234,567
                            processed             1,234,000
                            dropped                     560
                            dead-lettered                 7
                            workers                       8   (8 joined, 0 aborted)
                            epochs                       13   (12 committed, 1 aborted)
                            conserved                   yes   consumed == processed + dropped + dead-lettered
                            """);
        } finally {
            Locale.setDefault(before);
        }
    }

    @Test
    void a_run_of_nothing_is_conserved() {
        assertThat(report(RunTotals.ZERO, CLEAN, true, null).isConserved()).isTrue();
    }

    @Test
    void a_worker_that_had_to_be_aborted_costs_the_verdict() {
        JoinReport aborted = new JoinReport(7, 1, List.of(), List.of());

        assertNotConserved(report(TOTALS, aborted, true, null));
        assertThat(report(TOTALS, aborted, true, null).render()).contains("(7 joined, 1 aborted)");
    }

    @Test
    void a_worker_that_leaked_costs_the_verdict() {
        assertNotConserved(report(TOTALS, new JoinReport(7, 1, List.of("spillway-worker-3"), List.of()), true, null));
    }

    @Test
    void what_is_not_settled_costs_the_verdict() {
        assertNotConserved(report(TOTALS, CLEAN, false, null));
    }

    @Test
    void an_error_costs_the_verdict() {
        assertNotConserved(report(TOTALS, CLEAN, true, new IllegalStateException("a test")));
    }

    @Test
    void sums_that_do_not_add_up_cost_the_verdict() {
        assertNotConserved(report(new RunTotals(new Totals(2, 1, 0, 0), 1, 0), CLEAN, true, null));
    }
}
