package dev.spillway.flow;

import java.util.function.ToLongFunction;

/** What a queue is made of, without the records and lambdas that Lincheck cannot read; see {@link LincheckEffort}. */
final class LincheckParts {
    private LincheckParts() {}

    static final class WeighsOne implements ToLongFunction<Integer> {
        @Override
        public long applyAsLong(Integer item) {
            return 1;
        }
    }

    private abstract static class NamedPolicy implements ShedPolicy {
        @Override
        public String name() {
            return getClass().getSimpleName();
        }
    }

    static final class Blocking extends NamedPolicy {
        @Override
        public Verdict onFull() {
            return new Verdict.Wait();
        }
    }

    static final class DropNewest extends NamedPolicy {
        @Override
        public Verdict onFull() {
            return new Verdict.ShedArriving(ShedReason.DROP_NEWEST);
        }
    }

    static final class DropOldest extends NamedPolicy {
        @Override
        public Verdict onFull() {
            return new Verdict.ShedOldest(ShedReason.DROP_OLDEST);
        }
    }
}
