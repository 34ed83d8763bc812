package dev.spillway.ledger;

import static dev.spillway.ledger.Outcome.DEAD_LETTERED;
import static dev.spillway.ledger.Outcome.DROPPED;
import static dev.spillway.ledger.Outcome.PROCESSED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class LedgerTest {
    private static final PartitionId P0 = new PartitionId("in", 0);
    private static final PartitionId P1 = new PartitionId("in", 1);

    private static final List<Outcome> OUTCOMES = List.of(PROCESSED, DROPPED, DEAD_LETTERED);

    private final AtomicInteger joinedCalls = new AtomicInteger();
    private final Ledger ledger = new Ledger(joinedCalls::incrementAndGet);

    /** What the threads of a race settle on. */
    private volatile Account present = ledger.account(P0);

    // Consuming

    @Test
    void a_new_account_is_empty() {
        Account account = ledger.account(P0);

        assertThat(account.balance()).isEqualTo(new Balance(P0, -1, -1, 0, 0, 0, 0, 0));
        assertThat(account.partition()).isEqualTo(P0);
    }

    @Test
    void a_partition_has_one_account() {
        assertThat(ledger.account(P0)).isSameAs(ledger.account(new PartitionId("in", 0)));
    }

    @Test
    void accounts_are_ordered_by_topic_and_number() {
        var ten = new PartitionId("in", 10);
        var other = new PartitionId("a", 3);
        List.of(ten, P1, other, P0).forEach(ledger::account);

        assertThat(ledger.accounts()).extracting(Account::partition).containsExactly(other, P0, P1, ten);
    }

    @Test
    void the_run_reaches_from_the_first_record_to_behind_the_last() {
        consume(P0, 5, 6, 9);

        assertThat(ledger.account(P0).firstOffset()).isEqualTo(5);
        assertThat(ledger.account(P0).nextOffset()).isEqualTo(10);
        assertThat(ledger.consumed()).isEqualTo(3);
    }

    @Test
    void an_offset_that_does_not_rise_is_refused() {
        consume(P0, 5);

        assertThatThrownBy(() -> consume(P0, 5))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("in-0");
        assertThat(ledger.consumed()).isEqualTo(1);
    }

    @Test
    void the_run_can_be_moved_past_offsets_without_a_record() {
        consume(P0, 5);

        ledger.account(P0).skipTo(8);

        assertThat(ledger.account(P0).nextOffset()).isEqualTo(8);
        assertThat(ledger.account(P0).balance().consumed()).isEqualTo(1);
    }

    @Test
    void the_run_is_never_moved_back_by_skipping() {
        consume(P0, 5);

        ledger.account(P0).skipTo(2);

        assertThat(ledger.account(P0).nextOffset()).isEqualTo(6);
    }

    @Test
    void what_was_skipped_cannot_be_consumed() {
        ledger.account(P0).skipTo(8);

        assertThatThrownBy(() -> consume(P0, 7)).isInstanceOf(IllegalStateException.class);
    }

    // Withdrawing

    @Test
    void a_withdrawal_cuts_the_run() {
        consume(P0, 5, 6, 7, 8);

        ledger.account(P0).withdraw(7);
        ledger.account(P0).withdraw(8);

        assertThat(ledger.account(P0).nextOffset()).isEqualTo(7);
        assertThat(ledger.consumed()).isEqualTo(2);
    }

    @Test
    void a_withdrawal_cuts_the_run_below_the_record_whatever_was_skipped_behind_it() {
        consume(P0, 5, 7);
        ledger.account(P0).skipTo(12);

        ledger.account(P0).withdraw(7);

        assertThat(ledger.account(P0).nextOffset()).isEqualTo(7);
    }

    @Test
    void a_run_that_is_empty_again_may_begin_anywhere() {
        consume(P0, 5);
        ledger.account(P0).withdraw(5);
        assertThat(ledger.account(P0).nextOffset()).isEqualTo(-1);

        consume(P0, 3);

        assertThat(ledger.account(P0).firstOffset()).isEqualTo(3);
    }

    @Test
    void what_was_withdrawn_need_not_settle() {
        consume(P0, 5, 6);
        ledger.account(P0).withdraw(6);
        ledger.seal();

        settle(P0, PROCESSED, 5);

        assertThat(ledger.isJoined()).isTrue();
        assertThat(ledger.imbalances()).isEmpty();
    }

    @Test
    void what_was_withdrawn_may_be_consumed_again() {
        consume(P0, 5, 6);
        ledger.account(P0).withdraw(6);

        consume(P0, 6);

        settle(P0, PROCESSED, 5, 6);
        ledger.seal();
        assertThat(ledger.imbalances()).isEmpty();
    }

    @Test
    void withdrawing_the_wrong_record_is_an_imbalance() {
        consume(P0, 5, 6);
        ledger.account(P0).withdraw(5);
        settle(P0, PROCESSED, 5);
        ledger.seal();

        assertThat(ledger.imbalances()).extracting(Balance::partition).containsExactly(P0);
    }

    // Sealing and joining

    @Test
    void nothing_enters_or_leaves_a_sealed_ledger() {
        consume(P0, 5);
        ledger.seal();
        Account account = ledger.account(P0);

        assertThatThrownBy(() -> account.consume(6)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> account.skipTo(6)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> account.withdraw(5)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(ledger::seal).isInstanceOf(IllegalStateException.class);
        assertThat(account.balance())
                .isEqualTo(new Balance(P0, 5, 6, 1, 0, 0, 0, account.balance().fingerprintDifference()));
    }

    @Test
    void an_open_ledger_is_not_joined_even_when_all_has_settled() {
        consume(P0, 5);
        settle(P0, PROCESSED, 5);

        assertThat(ledger.isJoined()).isFalse();
    }

    @Test
    void an_empty_ledger_is_joined_once_sealed() {
        ledger.seal();

        assertThat(ledger.isJoined()).isTrue();
        assertThat(ledger.imbalances()).isEmpty();
    }

    @Test
    void a_sealed_ledger_is_joined_when_the_last_record_has_settled() {
        consume(P0, 5);
        consume(P1, 9);
        ledger.seal();
        settle(P0, PROCESSED, 5);
        assertThat(ledger.isJoined()).isFalse();

        settle(P1, DROPPED, 9);

        assertThat(ledger.isJoined()).isTrue();
    }

    @Test
    void the_last_settlement_of_a_sealed_ledger_tells() {
        consume(P0, 5, 6);
        settle(P0, PROCESSED, 5);
        ledger.seal();
        assertThat(joinedCalls).hasValue(0);

        settle(P0, PROCESSED, 6);

        assertThat(joinedCalls).hasValue(1);
    }

    @Test
    void settlements_before_the_seal_tell_nobody() {
        consume(P0, 5);

        settle(P0, PROCESSED, 5);

        assertThat(joinedCalls).hasValue(0);
        assertThat(ledger.settled()).isEqualTo(1);
    }

    // Balancing

    @Test
    void outcomes_are_counted_each_for_itself() {
        consume(P0, 1, 2, 3, 4, 5, 6);

        settle(P0, PROCESSED, 1, 2, 3);
        settle(P0, DROPPED, 4, 5);
        settle(P0, DEAD_LETTERED, 6);

        assertThat(ledger.account(P0).balance()).isEqualTo(new Balance(P0, 1, 7, 6, 3, 2, 1, 0));
    }

    @Test
    void neither_counts_nor_fingerprints_alone_make_a_balance() {
        assertThat(new Balance(P0, 0, 2, 2, 1, 1, 0, 0).isBalanced()).isTrue();
        assertThat(new Balance(P0, 0, 2, 2, 1, 0, 0, 0).isBalanced()).isFalse();
        assertThat(new Balance(P0, 0, 2, 2, 1, 1, 0, 1).isBalanced()).isFalse();
    }

    @Test
    void the_order_of_settlements_does_not_matter() {
        consume(P0, 1, 2, 3);
        ledger.seal();

        settle(P0, PROCESSED, 3, 1, 2);

        assertThat(ledger.imbalances()).isEmpty();
    }

    @Test
    void records_may_be_settled_together() {
        consume(P0, 5, 6, 8);
        Account account = ledger.account(P0);
        ledger.seal();

        account.settle(Outcome.PROCESSED, 2, account.fingerprint(5) + account.fingerprint(8), 5);
        assertThat(ledger.isJoined()).isFalse();
        account.settle(Outcome.DROPPED, 1, account.fingerprint(6), 6);

        assertThat(ledger.isJoined()).isTrue();
        assertThat(ledger.imbalances()).isEmpty();
    }

    @Test
    void one_too_many_of_those_settled_together_is_refused() {
        consume(P0, 5);
        Account account = ledger.account(P0);
        ledger.seal();

        assertThatThrownBy(
                        () -> account.settle(Outcome.PROCESSED, 2, account.fingerprint(5) + account.fingerprint(6), 6))
                .isInstanceOf(SettledTwiceException.class)
                .hasMessageContaining("@6");
    }

    @Test
    void a_record_without_an_outcome_is_an_imbalance_of_its_partition() {
        consume(P0, 1, 2);
        consume(P1, 1);
        settle(P0, PROCESSED, 1);
        settle(P1, PROCESSED, 1);
        ledger.seal();

        assertThat(ledger.imbalances()).extracting(Balance::partition).containsExactly(P0);
    }

    @Test
    void a_record_settled_twice_before_the_seal_is_an_imbalance() {
        consume(P0, 1);
        settle(P0, PROCESSED, 1, 1);
        ledger.seal();

        assertThat(ledger.isJoined()).isTrue();
        assertThat(ledger.imbalances()).singleElement().satisfies(balance -> {
            assertThat(balance.partition()).isEqualTo(P0);
            assertThat(balance.explain()).contains("in-0").contains("1 settled more than consumed");
        });
    }

    @Test
    void a_settlement_after_everything_has_settled_is_refused_and_names_the_record() {
        consume(P0, 1);
        ledger.seal();
        settle(P0, PROCESSED, 1);

        assertThatThrownBy(() -> settle(P0, DROPPED, 1))
                .isInstanceOf(SettledTwiceException.class)
                .hasMessageContaining("in-0@1")
                .hasMessageContaining("twice");
        assertThat(ledger.imbalances()).extracting(Balance::partition).containsExactly(P0);
        assertThat(joinedCalls).as("joined only once").hasValue(1);
    }

    @Test
    void a_lost_record_is_found_also_when_another_one_was_settled_twice() {
        consume(P0, 1, 2, 3);
        consume(P1, 1, 2, 3);
        settle(P0, PROCESSED, 1, 2, 3);
        settle(P1, PROCESSED, 1, 1, 3);
        ledger.seal();

        assertThat(ledger.isJoined()).as("the counts agree").isTrue();
        assertThat(ledger.imbalances()).singleElement().satisfies(balance -> {
            assertThat(balance.partition()).isEqualTo(P1);
            assertThat(balance.settled()).isEqualTo(balance.consumed());
            assertThat(balance.explain()).contains("in-1").contains("settled twice");
        });
    }

    @Test
    void a_lost_record_is_found_also_when_another_partition_settled_one_too_many() {
        consume(P0, 1, 2);
        consume(P1, 1, 2);
        settle(P0, PROCESSED, 1, 2, 3);
        settle(P1, PROCESSED, 1);
        ledger.seal();

        assertThat(ledger.isJoined()).as("the totals agree").isTrue();
        assertThat(ledger.imbalances()).extracting(Balance::partition).containsExactly(P0, P1);
    }

    @Test
    void the_same_offset_of_another_partition_is_another_record() {
        consume(P0, 1);
        consume(P1, 1);
        settle(P0, PROCESSED, 1);
        ledger.seal();

        assertThat(ledger.imbalances()).extracting(Balance::partition).containsExactly(P1);
    }

    @Test
    void a_missing_settlement_is_explained_with_all_figures() {
        consume(P0, 1, 2, 3, 4);
        settle(P0, PROCESSED, 1);
        settle(P0, DROPPED, 2);
        settle(P0, DEAD_LETTERED, 3);

        assertThat(ledger.account(P0).balance().explain())
                .startsWith("in-0 [1, 5): consumed 4, processed 1, dropped 1, dead-lettered 1: 1 not settled");
    }

    @Test
    void settlements_by_many_threads_are_all_counted_and_tell_once() throws Exception {
        int threads = 4;
        int each = 2000;
        for (int i = 0; i < threads * each; i++) {
            ledger.account(P0).consume(i);
        }
        Account account = ledger.account(P0);
        var start = new CountDownLatch(1);
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            List<Future<?>> settlers = new ArrayList<>();
            for (int thread = 0; thread < threads; thread++) {
                int first = thread * each;
                settlers.add(pool.submit(() -> {
                    start.await();
                    for (int i = first; i < first + each; i++) {
                        account.settle(i, OUTCOMES.get(i % 3));
                    }
                    return null;
                }));
            }
            ledger.seal(); // whoever settles the last record that a sealed epoch waits for tells; before that nobody
            // does
            start.countDown();
            for (Future<?> settler : settlers) {
                settler.get(20, TimeUnit.SECONDS);
            }
        } finally {
            pool.shutdownNow();
            assertThat(pool.awaitTermination(20, TimeUnit.SECONDS))
                    .as("settlers end")
                    .isTrue();
        }

        assertThat(ledger.isJoined()).isTrue();
        assertThat(ledger.imbalances()).isEmpty();
        assertThat(joinedCalls.get()).isEqualTo(1);
    }

    @Test
    void the_owner_never_misses_the_join_however_settlements_meet_the_seal() throws Exception {
        int rounds = 3000;
        var meet = new CyclicBarrier(3);
        ExecutorService pool = Executors.newFixedThreadPool(2);
        try {
            List<Future<?>> settlers = new ArrayList<>();
            for (int settler = 0; settler < 2; settler++) {
                int offset = settler;
                settlers.add(pool.submit(() -> {
                    for (int i = 0; i < rounds; i++) {
                        meet.await(20, TimeUnit.SECONDS);
                        Account account = present;
                        meet.await(20, TimeUnit.SECONDS);
                        account.settle(offset, PROCESSED);
                        meet.await(20, TimeUnit.SECONDS);
                    }
                    return null;
                }));
            }
            for (int i = 0; i < rounds; i++) {
                var told = new AtomicInteger();
                var books = new Ledger(told::incrementAndGet);
                Account account = books.account(P0);
                account.consume(0);
                account.consume(1);
                present = account;
                meet.await(20, TimeUnit.SECONDS);
                meet.await(20, TimeUnit.SECONDS);
                books.seal();
                boolean seen = books.isJoined();
                meet.await(20, TimeUnit.SECONDS);

                assertThat(seen || told.get() == 1)
                        .as("seen or told in round %s", i)
                        .isTrue();
                assertThat(told.get()).as("told in round %s", i).isLessThanOrEqualTo(1);
                assertThat(books.imbalances()).isEmpty();
            }
            for (Future<?> settler : settlers) {
                settler.get(20, TimeUnit.SECONDS);
            }
        } finally {
            pool.shutdownNow();
            assertThat(pool.awaitTermination(20, TimeUnit.SECONDS))
                    .as("settlers end")
                    .isTrue();
        }
    }

    private void consume(PartitionId partition, long... offsets) {
        for (long offset : offsets) {
            ledger.account(partition).consume(offset);
        }
    }

    private void settle(PartitionId partition, Outcome outcome, long... offsets) {
        for (long offset : offsets) {
            ledger.account(partition).settle(offset, outcome);
        }
    }
}
