package dev.spillway.bench;

/**
 * What one JVM of a benchmark does: it moves the records of an input topic to an output topic until it is told to end. An arm knows neither
 * how many records there are nor that it is measured. It has a constructor without parameters.
 */
interface Arm {
    /** Begins and returns. What fails later on a thread of its own ends the JVM, see {@link ArmMain}. */
    void start(ArmSettings settings) throws Exception;

    /** How many records it is done with; 0 where only the output topic tells. Any thread. */
    default long moved() {
        return 0;
    }

    /** Ends in order: what was read is written and committed. */
    void end() throws Exception;
}
