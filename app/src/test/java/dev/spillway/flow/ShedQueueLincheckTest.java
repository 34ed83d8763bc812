package dev.spillway.flow;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.jetbrains.kotlinx.lincheck.LinChecker;
import org.jetbrains.kotlinx.lincheck.annotations.Operation;
import org.jetbrains.kotlinx.lincheck.annotations.Param;
import org.jetbrains.kotlinx.lincheck.paramgen.IntGen;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** However threads interleave, what each of them sees is what it would see if they had come one after the other. */
class ShedQueueLincheckTest {
    @ParameterizedTest
    @ValueSource(classes = {Blocking.class, DroppingNewest.class, DroppingOldest.class})
    void a_queue_is_linearizable_in_every_interleaving(Class<?> subject) {
        LinChecker.check(subject, LincheckEffort.modelChecking());
    }

    @ParameterizedTest
    @ValueSource(classes = {Blocking.class, DroppingNewest.class, DroppingOldest.class})
    void a_queue_is_linearizable_under_stress(Class<?> subject) {
        LinChecker.check(subject, LincheckEffort.stress());
    }

    @Test
    void the_policies_of_these_checks_decide_as_the_real_ones() {
        assertThat(new LincheckParts.Blocking().onFull()).isEqualTo(ShedPolicies.BLOCK.onFull());
        assertThat(new LincheckParts.DropNewest().onFull()).isEqualTo(ShedPolicies.DROP_NEWEST.onFull());
        assertThat(new LincheckParts.DropOldest().onFull()).isEqualTo(ShedPolicies.DROP_OLDEST.onFull());
    }

    public static final class Blocking extends Subject {
        public Blocking() {
            super(new LincheckParts.Blocking());
        }
    }

    public static final class DroppingNewest extends Subject {
        public DroppingNewest() {
            super(new LincheckParts.DropNewest());
        }
    }

    public static final class DroppingOldest extends Subject {
        public DroppingOldest() {
            super(new LincheckParts.DropOldest());
        }
    }

    /** A queue of two places, so that three operations of one thread fill it. */
    public abstract static class Subject {
        private final ShedQueue<Integer> queue;

        Subject(ShedPolicy policy) {
            queue = new ShedQueue<>(2, 100, policy, new LincheckParts.WeighsOne(), Time.system());
        }

        @Operation
        public String tryOffer(@Param(gen = IntGen.class, conf = "1:9") int item) {
            return LincheckWords.of(queue.tryOffer(item));
        }

        @Operation
        public String offerAll(
                @Param(gen = IntGen.class, conf = "1:9") int first,
                @Param(gen = IntGen.class, conf = "1:9") int second) {
            return LincheckWords.of(queue.offerAll(List.of(first, second)));
        }

        @Operation
        public String tryTake() {
            return LincheckWords.of(queue.tryTake());
        }

        @Operation
        public int depth() {
            return queue.depth();
        }

        @Operation
        public String snapshot() {
            return LincheckWords.of(queue.snapshot());
        }

        @Operation
        public void close() {
            queue.close();
        }
    }
}
