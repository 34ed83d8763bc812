package dev.spillway.flow;

/**
 * The explicit choice of what happens when the queue is full. The {@link ShedQueue} consults it under its lock, once for every
 * step that it takes to make room, so an implementation must be quick, must not block and must not call the queue.
 */
public interface ShedPolicy {
    /** What gives way to an arrival that does not fit. */
    sealed interface Verdict {
        /** The arrival waits. */
        record Wait() implements Verdict {}

        /** The arrival itself is shed. */
        record ShedArriving(ShedReason reason) implements Verdict {}

        /** The head of the queue is shed; where the queue is empty, the arrival is the oldest that there is. */
        record ShedOldest(ShedReason reason) implements Verdict {}
    }

    /** The name by which a configuration chooses it. */
    String name();

    /** Decides about one arrival that does not fit. */
    Verdict onFull();

    /**
     * Whether a record may be shed while older ones of its partition still wait. Where it may not, everything that lies behind
     * the oldest waiting record is untouched.
     */
    default boolean shedsOutOfOrder() {
        return onFull() instanceof Verdict.ShedArriving;
    }
}
