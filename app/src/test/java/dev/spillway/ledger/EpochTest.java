package dev.spillway.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class EpochTest {
    private static final PartitionId P0 = new PartitionId("in", 0);

    private final Epoch epoch = new Epoch(7, 1_000, () -> {});

    @Test
    void an_epoch_goes_through_its_steps_in_their_order() {
        consumeAndSettle();

        epoch.seal();
        assertThat(epoch.state()).isEqualTo(Epoch.State.SEALED);
        assertThat(epoch.join()).isTrue();
        assertThat(epoch.state()).isEqualTo(Epoch.State.JOINED);
        epoch.balance();
        assertThat(epoch.state()).isEqualTo(Epoch.State.BALANCED);
        epoch.commit();
        assertThat(epoch.state()).isEqualTo(Epoch.State.COMMITTED);
    }

    @Test
    void a_new_epoch_is_open_and_empty() {
        assertThat(epoch.state()).isEqualTo(Epoch.State.OPEN);
        assertThat(epoch.isEmpty()).isTrue();
        assertThat(epoch.number()).isEqualTo(7);
        assertThat(epoch).hasToString("epoch 7 (OPEN)");
    }

    @Test
    void an_epoch_with_a_record_is_not_empty() {
        epoch.ledger().account(P0).consume(0);

        assertThat(epoch.isEmpty()).isFalse();
    }

    @Test
    void an_epoch_knows_its_age() {
        assertThat(epoch.age(3_000)).isEqualTo(Duration.ofNanos(2_000));
    }

    @Test
    void an_open_epoch_does_not_join() {
        consumeAndSettle();

        assertThat(epoch.join()).isFalse();

        assertThat(epoch.state()).isEqualTo(Epoch.State.OPEN);
    }

    @Test
    void a_sealed_epoch_does_not_join_before_all_has_settled() {
        epoch.ledger().account(P0).consume(0);
        epoch.seal();

        assertThat(epoch.join()).isFalse();

        assertThat(epoch.state()).isEqualTo(Epoch.State.SEALED);
    }

    @Test
    void joining_twice_is_joining_once() {
        consumeAndSettle();
        epoch.seal();
        epoch.join();

        assertThat(epoch.join()).isTrue();
    }

    @Test
    void a_sealed_epoch_cannot_be_sealed_again() {
        epoch.seal();

        assertThatThrownBy(epoch::seal)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("epoch 7")
                .hasMessageContaining("SEALED");
    }

    @Test
    void an_epoch_that_has_not_joined_cannot_be_balanced() {
        consumeAndSettle();
        epoch.seal();

        assertThatThrownBy(epoch::balance).isInstanceOf(IllegalStateException.class);

        assertThat(epoch.state()).isEqualTo(Epoch.State.SEALED);
    }

    @Test
    void balancing_too_early_is_a_mistake_of_the_caller_and_no_imbalance() {
        epoch.ledger().account(P0).consume(0);
        epoch.seal();

        assertThatThrownBy(epoch::balance)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("JOINED");
    }

    @Test
    void an_epoch_that_has_not_been_balanced_cannot_commit() {
        consumeAndSettle();
        epoch.seal();
        epoch.join();

        assertThatThrownBy(epoch::commit).isInstanceOf(IllegalStateException.class);

        assertThat(epoch.state()).isEqualTo(Epoch.State.JOINED);
    }

    @Test
    void an_epoch_that_does_not_balance_names_the_partition_and_cannot_commit() {
        Account account = epoch.ledger().account(P0);
        account.consume(0);
        account.consume(1);
        account.settle(0, Outcome.PROCESSED);
        account.settle(0, Outcome.PROCESSED);
        epoch.seal();
        epoch.join();

        assertThatThrownBy(epoch::balance)
                .isInstanceOf(ImbalanceException.class)
                .hasMessageContaining("epoch 7")
                .hasMessageContaining("in-0 [0, 2)")
                .satisfies(e -> assertThat(((ImbalanceException) e).imbalances())
                        .extracting(Balance::partition)
                        .containsExactly(P0));
        assertThatThrownBy(epoch::commit).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void an_aborted_epoch_goes_nowhere() {
        consumeAndSettle();
        epoch.seal();
        epoch.abort();

        assertThat(epoch.join()).isFalse();
        assertThatThrownBy(epoch::seal).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(epoch::balance).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(epoch::commit).isInstanceOf(IllegalStateException.class);
        assertThat(epoch.state()).isEqualTo(Epoch.State.ABORTED);
    }

    @Test
    void aborting_twice_is_aborting_once() {
        epoch.abort();

        epoch.abort();

        assertThat(epoch.state()).isEqualTo(Epoch.State.ABORTED);
    }

    @Test
    void a_committed_epoch_cannot_be_aborted() {
        consumeAndSettle();
        epoch.seal();
        epoch.join();
        epoch.balance();
        epoch.commit();

        assertThatThrownBy(epoch::abort).isInstanceOf(IllegalStateException.class);

        assertThat(epoch.state()).isEqualTo(Epoch.State.COMMITTED);
    }

    @Test
    void a_report_sums_over_partitions() {
        Account one = epoch.ledger().account(P0);
        one.consume(0);
        one.settle(0, Outcome.DROPPED);
        Account other = epoch.ledger().account(new PartitionId("in", 1));
        other.consume(5);
        other.consume(6);
        other.settle(5, Outcome.PROCESSED);
        other.settle(6, Outcome.DEAD_LETTERED);

        EpochReport report = epoch.report();

        assertThat(report.number()).isEqualTo(7);
        assertThat(report.state()).isEqualTo(Epoch.State.OPEN);
        assertThat(report.balances()).hasSize(2);
        assertThat(report.totals()).isEqualTo(new EpochReport.Totals(3, 1, 1, 1));
        assertThat(report.totals().isConserved()).isTrue();
    }

    @Test
    void totals_with_a_missing_outcome_are_not_conserved() {
        assertThat(new EpochReport.Totals(3, 1, 1, 0).isConserved()).isFalse();
    }

    @Test
    void totals_add_up() {
        var sum = new EpochReport.Totals(10, 5, 3, 2).plus(new EpochReport.Totals(1, 2, 3, 4));

        assertThat(sum).isEqualTo(new EpochReport.Totals(11, 7, 6, 6));
        assertThat(EpochReport.Totals.ZERO.plus(sum)).isEqualTo(sum);
    }

    @Test
    void an_empty_epoch_has_an_empty_report() {
        assertThat(epoch.report()).isEqualTo(new EpochReport(7, Epoch.State.OPEN, List.of(), EpochReport.Totals.ZERO));
    }

    private void consumeAndSettle() {
        Account account = epoch.ledger().account(P0);
        account.consume(0);
        account.settle(0, Outcome.PROCESSED);
    }
}
