package dev.spillway.bench;

/** One thing that is measured, for several arms. */
interface Benchmark {
    /** As {@code bench.only} has it. */
    String name();

    /** When it is run. */
    enum Occasion {
        /** It compares arms, and a first look at them takes a minute or two. */
        ALWAYS,
        UNLESS_QUICK,
        /** It compares Spillway with itself only. */
        IF_NAMED
    }

    default Occasion occasion() {
        return Occasion.ALWAYS;
    }

    Results run(Bench bench) throws Exception;
}
