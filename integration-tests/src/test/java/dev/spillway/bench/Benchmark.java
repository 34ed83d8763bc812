package dev.spillway.bench;

/** One thing that is measured, for several arms. */
interface Benchmark {
    /** As {@code bench.only} has it. */
    String name();

    /** Whether it belongs to a first look, where nothing is chosen: it compares arms, and takes a minute or two. */
    default boolean isForFirstLook() {
        return true;
    }

    Results run(Bench bench) throws Exception;
}
