package dev.spillway.flow;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jetbrains.kotlinx.lincheck.LinChecker;
import org.jetbrains.kotlinx.lincheck.annotations.Operation;
import org.jetbrains.kotlinx.lincheck.annotations.Param;
import org.jetbrains.kotlinx.lincheck.paramgen.IntGen;
import org.jetbrains.kotlinx.lincheck.paramgen.ThreadIdGen;
import org.junit.jupiter.api.Test;

/** However takers interleave that take, release, park and forget, each sees what it would see if they had come one after the other. */
class ShedQueueLanesLincheckTest {
    @Test
    void lanes_and_parking_are_linearizable_in_every_interleaving() {
        LinChecker.check(Subject.class, LincheckEffort.modelChecking());
    }

    @Test
    void lanes_and_parking_are_linearizable_under_stress() {
        LinChecker.check(Subject.class, LincheckEffort.stress());
    }

    /**
     * A queue of three places with a lane for odd items and one for even ones. Only who has taken an item may release or park it, so each
     * thread has hands of its own; all that an operation does to the queue is one call.
     */
    public static final class Subject {
        private static final int MOST_THREADS = 8;

        private final ShedQueue<Integer> queue = new ShedQueue<>(
                3,
                100,
                new LincheckParts.Blocking(),
                new LincheckParts.WeighsOne(),
                new OddOrEven(),
                new Nothing(),
                new StandingTime());

        private final List<ArrayDeque<Integer>> hands = new ArrayList<>();

        public Subject() {
            for (int i = 0; i < MOST_THREADS; i++) {
                hands.add(new ArrayDeque<>());
            }
        }

        @Operation
        public String tryOffer(@Param(gen = IntGen.class, conf = "1:9") int item) {
            return LincheckWords.of(queue.tryOffer(item));
        }

        @Operation
        public int take(@Param(gen = ThreadIdGen.class) int thread) {
            if (queue.tryTake() instanceof TakeResult.Taken<Integer> taken) {
                hands.get(thread).add(taken.item());
                return taken.item();
            }
            return 0;
        }

        @Operation
        public int release(@Param(gen = ThreadIdGen.class) int thread) {
            Integer item = hands.get(thread).poll();
            if (item == null) {
                return 0;
            }
            queue.release(item);
            return item;
        }

        @Operation
        public int parkForNoTime(@Param(gen = ThreadIdGen.class) int thread) {
            return park(thread, Duration.ZERO);
        }

        @Operation
        public int parkForLong(@Param(gen = ThreadIdGen.class) int thread) {
            return park(thread, Duration.ofHours(1));
        }

        private int park(int thread, Duration pause) {
            Integer item = hands.get(thread).poll();
            if (item == null) {
                return 0;
            }
            queue.park(item, pause);
            return item;
        }

        @Operation
        public void forgetParked() {
            queue.forgetParked(new All());
        }

        @Operation
        public String snapshot() {
            return LincheckWords.of(queue.snapshot());
        }
    }

    private static final class OddOrEven implements Function<Integer, Object> {
        @Override
        public Object apply(Integer item) {
            return item % 2;
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
