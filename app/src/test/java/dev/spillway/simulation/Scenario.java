package dev.spillway.simulation;

import dev.spillway.config.Guarantee;
import dev.spillway.config.Tombstones;
import dev.spillway.flow.ShedPolicies;
import dev.spillway.flow.ShedPolicy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * What a run is about. The seed alone decides it, so that the seed alone repeats it: modulo {@link #KINDS} it names the policy and the
 * guarantee.
 *
 * @param partitions of the input topic
 * @param records how many are in the input at first
 * @param more how many are appended later, at most
 * @param instances how many sidecars share the work
 * @param steps how long things may go wrong
 * @param ordered whether records wait for others of their lane; every other record of a partition is of one
 * @param eager whether a rebalance takes all partitions from all members first
 * @param stages of each instance: one in most runs, then two or three
 * @param innerPolicy of the queues between them
 * @param innerCapacity of those queues
 * @param tombstones what they stand for: a range in every other run
 */
record Scenario(
        ShedPolicy policy,
        Guarantee guarantee,
        int partitions,
        int records,
        int more,
        int instances,
        int workers,
        int capacity,
        int maxPollRecords,
        int steps,
        boolean eager,
        boolean ordered,
        int stages,
        ShedPolicy innerPolicy,
        int innerCapacity,
        Tombstones tombstones) {
    static final Duration COMMIT_INTERVAL = Duration.ofMillis(100);
    static final Duration TRANSACTION_TIMEOUT = Duration.ofSeconds(10);
    static final Duration REVOCATION_TIMEOUT = Duration.ofSeconds(4);
    static final int CAPACITY_BYTES = 64;

    private static final List<ShedPolicy> POLICIES = ShedPolicies.ALL;
    private static final List<Guarantee> GUARANTEES = List.of(Guarantee.values());

    /** All policies under all guarantees. */
    static final int KINDS = POLICIES.size() * GUARANTEES.size();

    static List<Integer> kinds() {
        List<Integer> kinds = new ArrayList<>();
        for (int kind = 0; kind < KINDS; kind++) {
            kinds.add(kind);
        }
        return kinds;
    }

    static ShedPolicy policyOf(int kind) {
        return POLICIES.get(kind % POLICIES.size());
    }

    static Guarantee guaranteeOf(int kind) {
        return GUARANTEES.get(kind / POLICIES.size());
    }

    static Scenario of(long seed, Chance chance) {
        int kind = Math.floorMod(seed, KINDS);
        long round = Math.floorDiv(
                seed,
                KINDS); // of it every third has several stages, drawn without the chance that the rest is drawn by
        return new Scenario(
                policyOf(kind),
                guaranteeOf(kind),
                chance.between(1, 3),
                chance.between(3, 20),
                chance.between(0, 12),
                chance.between(1, 2),
                chance.between(1, 3),
                chance.between(1, 8),
                chance.between(1, 6),
                chance.between(60, 240),
                chance.oneIn(4),
                chance.oneIn(3),
                Math.floorMod(round, 3) < 2 ? 1 : 2 + Math.floorMod(round / 3, 2),
                POLICIES.get(Math.floorMod(round / 6, POLICIES.size())),
                1 + Math.floorMod(round / 18, 3),
                Math.floorMod(round, 2) == 0 ? Tombstones.RECORD : Tombstones.RANGE);
    }

    boolean exactlyOnce() {
        return guarantee == Guarantee.EXACTLY_ONCE_V2;
    }
}
