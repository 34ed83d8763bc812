package dev.spillway.flow;

import java.util.List;

/**
 * How the workers of a {@link WorkerScope} ended.
 *
 * @param joined workers that ended by themselves in time
 * @param aborted workers that had to be interrupted at the deadline, whether or not they ended then
 * @param leaked names of the aborted workers that still run
 * @param failures what workers threw, in the order in which they failed
 */
public record JoinReport(int joined, int aborted, List<String> leaked, List<Throwable> failures) {
    /** Whether every worker ended by itself, in time and without a failure. */
    public boolean isClean() {
        return aborted == 0 && failures.isEmpty();
    }
}
