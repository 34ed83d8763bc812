package dev.spillway.flow;

import static org.jetbrains.kotlinx.lincheck.LincheckKt.runConcurrentTest;

import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import kotlin.jvm.functions.Function0;
import org.junit.jupiter.api.Test;

/**
 * A taker waits that may have nothing: the lane of what is queued is not free. In whatever interleaving somebody frees it, parks what he
 * has, or forgets what was parked, the taker is woken: the model checker fails these on a deadlock.
 */
class LaneHandOverModelCheckTest {
    @Test
    void a_taker_that_waits_for_a_lane_is_woken_by_its_release() {
        runConcurrentTest(LincheckEffort.invocations(), new Scenario() {
            @Override
            void act() {
                queue.release(FIRST);
            }
        });
    }

    @Test
    void a_taker_is_woken_by_what_is_parked_for_no_time() {
        runConcurrentTest(LincheckEffort.invocations(), new Scenario() {
            @Override
            void act() {
                queue.park(FIRST, Duration.ZERO);
            }
        });
    }

    @Test
    void a_taker_that_waits_behind_a_parked_item_is_woken_when_that_is_forgotten() {
        runConcurrentTest(LincheckEffort.invocations(), new Scenario() {
            @Override
            void act() {
                queue.park(FIRST, Duration.ofHours(1));
                queue.forgetParked(new All());
            }
        });
    }

    @Test
    void closing_wakes_a_taker_only_when_what_it_waits_behind_is_done_with_or_forgotten() {
        runConcurrentTest(LincheckEffort.invocations(), new Scenario() {
            @Override
            void act() {
                queue.park(FIRST, Duration.ofHours(1));
                queue.close();
                queue.forgetParked(new All());
            }
        });
    }

    /** Two items of one lane, of which this thread has taken the first; another thread takes one, and both have to end. */
    private abstract static class Scenario implements Function0<Boolean> {
        static final Integer FIRST = 1;
        private static final Integer SECOND = 2;

        ShedQueue<Integer> queue = queue();

        abstract void act() throws InterruptedException;

        private static ShedQueue<Integer> queue() {
            return new ShedQueue<>(
                    3,
                    100,
                    new LincheckParts.Blocking(),
                    new LincheckParts.WeighsOne(),
                    new OneLane(),
                    new Nothing(),
                    new StandingTime());
        }

        @Override
        public Boolean invoke() {
            queue = queue();
            queue.tryOffer(FIRST);
            queue.tryOffer(SECOND);
            queue.tryTake();
            var taker = new Thread(new Taker(queue));
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

        Taker(ShedQueue<Integer> queue) {
            this.queue = queue;
        }

        @Override
        public void run() {
            try {
                queue.take();
            } catch (InterruptedException e) {
                throw new AssertionError("nobody interrupts", e);
            }
        }
    }

    private static final class OneLane implements Function<Integer, Object> {
        @Override
        public Object apply(Integer item) {
            return "lane";
        }
    }

    private static final class Nothing implements Consumer<Integer> {
        @Override
        public void accept(Integer item) {}
    }

    private static final class All implements Predicate<Integer> {
        @Override
        public boolean test(Integer item) {
            return true;
        }
    }
}
