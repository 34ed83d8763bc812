package dev.spillway.simulation;

/** Unwinds the stack of an instance that has been killed; nothing of the product catches it. */
final class SimulatedCrash extends Error {
    private static final long serialVersionUID = 1L;

    private final transient Instance victim;

    SimulatedCrash(Instance victim) {
        super("killed", null, false, false);
        this.victim = victim;
    }

    boolean isOf(Instance instance) {
        return victim == instance;
    }
}
