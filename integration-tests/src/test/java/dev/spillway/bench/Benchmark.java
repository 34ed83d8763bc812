package dev.spillway.bench;

/** One thing that is measured, for several arms. */
interface Benchmark {
    /** As {@code bench.only} has it. */
    String name();

    Results run(Bench bench) throws Exception;
}
