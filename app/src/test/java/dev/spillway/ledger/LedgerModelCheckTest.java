package dev.spillway.ledger;

import static org.jetbrains.kotlinx.lincheck.LincheckKt.runConcurrentTest;

import dev.spillway.flow.LincheckEffort;
import java.util.concurrent.atomic.AtomicInteger;
import kotlin.jvm.functions.Function0;
import org.junit.jupiter.api.Test;

/** In whatever interleaving settlements meet the seal: the owner learns of the join, and then the books balance. */
class LedgerModelCheckTest {
    @Test
    void the_owner_learns_of_the_join_when_the_last_settlement_meets_the_seal() {
        runConcurrentTest(4 * LincheckEffort.invocations(), new Scenario() {
            @Override
            void act(Ledger ledger, Account account, Told told) {
                account.consume(1);
                var settler = new Thread(new Settler(account, 1));
                settler.start();
                ledger.seal();
                boolean seen = ledger.isJoined();
                join(settler);
                require(seen || told.times.get() == 1, "the owner saw the join or was told of it");
            }
        });
    }

    @Test
    void settlements_that_meet_each_other_are_all_counted_and_the_last_one_tells() {
        runConcurrentTest(4 * LincheckEffort.invocations(), new Scenario() {
            @Override
            void act(Ledger ledger, Account account, Told told) {
                account.consume(1);
                account.consume(2);
                ledger.seal();
                var settler = new Thread(new Settler(account, 1));
                settler.start();
                account.settle(2, Outcome.PROCESSED);
                join(settler);
                require(told.times.get() == 1, "told once");
            }
        });
    }

    private abstract static class Scenario implements Function0<Boolean> {
        abstract void act(Ledger ledger, Account account, Told told);

        @Override
        public Boolean invoke() {
            var told = new Told();
            var ledger = new Ledger(told);
            Account account = ledger.account(new PartitionId("in", 0));
            act(ledger, account, told);
            require(ledger.isJoined(), "joined");
            require(account.balance().isBalanced(), "balanced");
            return true;
        }

        static void require(boolean condition, String what) {
            if (!condition) {
                throw new AssertionError(what);
            }
        }

        static void join(Thread thread) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                throw new AssertionError("nobody interrupts", e);
            }
        }
    }

    private static final class Told implements Runnable {
        private final AtomicInteger times = new AtomicInteger();

        @Override
        public void run() {
            times.incrementAndGet();
        }
    }

    private static final class Settler implements Runnable {
        private final Account account;
        private final long offset;

        Settler(Account account, long offset) {
            this.account = account;
            this.offset = offset;
        }

        @Override
        public void run() {
            account.settle(offset, Outcome.PROCESSED);
        }
    }
}
