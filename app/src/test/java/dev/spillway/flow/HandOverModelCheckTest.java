package dev.spillway.flow;

import static org.jetbrains.kotlinx.lincheck.LincheckKt.runConcurrentTest;

import kotlin.jvm.functions.Function0;
import org.junit.jupiter.api.Test;

/** In whatever interleaving somebody waits, somebody wakes him: the model checker fails these on a deadlock. */
class HandOverModelCheckTest {
    @Test
    void a_waiting_taker_is_always_woken_by_an_offer() {
        runConcurrentTest(LincheckEffort.invocations(), new Scenario(1, 1) {
            @Override
            void act() {
                queue.tryOffer(1);
            }
        });
    }

    @Test
    void takers_and_waiting_offers_always_wake_each_other() {
        runConcurrentTest(LincheckEffort.invocations(), new Scenario(1, 3) {
            @Override
            void act() throws InterruptedException {
                queue.put(1);
                queue.put(2);
                queue.put(3);
            }
        });
    }

    @Test
    void a_rendezvous_always_comes_about() {
        runConcurrentTest(LincheckEffort.invocations(), new Scenario(0, 2) {
            @Override
            void act() throws InterruptedException {
                queue.put(1);
                queue.put(2);
            }
        });
    }

    @Test
    void closing_always_wakes_a_taker() {
        runConcurrentTest(LincheckEffort.invocations(), new Scenario(1, 1) {
            @Override
            void act() {
                queue.close();
            }
        });
    }

    /** One thread takes, this one does the other part, and both have to end. */
    private abstract static class Scenario implements Function0<Boolean> {
        private final int capacity;
        private final int takes;
        ShedQueue<Integer> queue =
                new ShedQueue<>(1, 100, new LincheckParts.Blocking(), new LincheckParts.WeighsOne(), Time.system());

        Scenario(int capacity, int takes) {
            this.capacity = capacity;
            this.takes = takes;
        }

        abstract void act() throws InterruptedException;

        @Override
        public Boolean invoke() {
            queue = new ShedQueue<>(
                    capacity, 100, new LincheckParts.Blocking(), new LincheckParts.WeighsOne(), Time.system());
            var taker = new Thread(new Taker(queue, takes));
            taker.start();
            try {
                act();
                taker.join();
                return true;
            } catch (InterruptedException e) {
                throw new AssertionError("nobody interrupts", e);
            }
        }
    }

    private static final class Taker implements Runnable {
        private final ShedQueue<Integer> queue;
        private final int count;

        Taker(ShedQueue<Integer> queue, int count) {
            this.queue = queue;
            this.count = count;
        }

        @Override
        public void run() {
            try {
                for (int i = 0; i < count; i++) {
                    queue.take();
                }
            } catch (InterruptedException e) {
                throw new AssertionError("nobody interrupts", e);
            }
        }
    }
}
