package dev.spillway.flow;

import static org.jetbrains.kotlinx.lincheck.LincheckKt.runConcurrentTest;

import java.util.concurrent.atomic.AtomicInteger;
import kotlin.jvm.functions.Function0;
import org.junit.jupiter.api.Test;

/** In whatever interleaving a cancellation meets somebody who wants to hear of it: he hears of it, and once. */
class CancellationTokenModelCheckTest {
    @Test
    void a_callback_that_meets_a_cancellation_runs_once() {
        runConcurrentTest(LincheckEffort.invocations(), new Scenario() {
            @Override
            boolean holds() throws InterruptedException {
                var calls = new AtomicInteger();
                var canceller = new Canceller(root).start();
                root.onCancel(calls::incrementAndGet);
                canceller.join();
                return calls.get() == 1;
            }
        });
    }

    @Test
    void a_child_that_meets_a_cancellation_is_cancelled_and_detached() {
        runConcurrentTest(LincheckEffort.invocations(), new Scenario() {
            @Override
            boolean holds() throws InterruptedException {
                var canceller = new Canceller(root).start();
                CancellationToken child = root.child();
                canceller.join();
                return child.isCancelled() && root.attached() == 0;
            }
        });
    }

    @Test
    void only_one_of_two_cancellers_is_the_one() {
        runConcurrentTest(LincheckEffort.invocations(), new Scenario() {
            @Override
            boolean holds() throws InterruptedException {
                var other = new Canceller(root).start();
                boolean first = root.cancel("this");
                other.join();
                return first != other.first && root.reason().orElse("").equals(first ? "this" : "other");
            }
        });
    }

    @Test
    void a_child_that_is_closed_while_its_parent_is_cancelled_leaves_nothing_behind() {
        runConcurrentTest(LincheckEffort.invocations(), new Scenario() {
            @Override
            boolean holds() throws InterruptedException {
                CancellationToken child = root.child();
                var canceller = new Canceller(root).start();
                child.close();
                canceller.join();
                return root.attached() == 0;
            }
        });
    }

    private abstract static class Scenario implements Function0<Boolean> {
        CancellationToken root = CancellationToken.root();

        abstract boolean holds() throws InterruptedException;

        @Override
        public Boolean invoke() {
            root = CancellationToken.root();
            try {
                if (!holds()) {
                    throw new AssertionError("the token does not keep its promise");
                }
                return true;
            } catch (InterruptedException e) {
                throw new AssertionError("nobody interrupts", e);
            }
        }
    }

    /** Cancels in a thread of its own. */
    private static final class Canceller implements Runnable {
        private final CancellationToken token;
        private final Thread thread = new Thread(this);
        private boolean first;

        Canceller(CancellationToken token) {
            this.token = token;
        }

        Canceller start() {
            thread.start();
            return this;
        }

        void join() throws InterruptedException {
            thread.join();
        }

        @Override
        public void run() {
            first = token.cancel("other");
        }
    }
}
