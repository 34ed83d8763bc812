package dev.spillway.flow;

import java.util.List;
import java.util.Optional;

/** The policies that Spillway brings. */
public final class ShedPolicies {
    /** Nothing is shed: the arrival waits, and whoever brings it holds its source back. */
    public static final ShedPolicy BLOCK = new FixedVerdict("BLOCK", new ShedPolicy.Verdict.Wait());

    /** The arriving record is shed; the backlog keeps its order. */
    public static final ShedPolicy DROP_NEWEST =
            new FixedVerdict("DROP_NEWEST", new ShedPolicy.Verdict.ShedArriving(ShedReason.DROP_NEWEST));

    /** The oldest queued record is shed; the arriving one enters. */
    public static final ShedPolicy DROP_OLDEST =
            new FixedVerdict("DROP_OLDEST", new ShedPolicy.Verdict.ShedOldest(ShedReason.DROP_OLDEST));

    /** All of them, in the order of the documentation. */
    public static final List<ShedPolicy> ALL = List.of(BLOCK, DROP_NEWEST, DROP_OLDEST);

    private ShedPolicies() {}

    /** The policy of that name, if there is one. */
    public static Optional<ShedPolicy> named(String name) {
        return ALL.stream().filter(policy -> policy.name().equals(name)).findFirst();
    }

    /** A policy whose verdict is always the same. */
    private record FixedVerdict(String name, Verdict onFull) implements ShedPolicy {
        @Override
        public String toString() {
            return name;
        }
    }
}
