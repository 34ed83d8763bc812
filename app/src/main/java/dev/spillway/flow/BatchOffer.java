package dev.spillway.flow;

import java.util.List;

/**
 * How the offer of a batch to a {@link ShedQueue} ended.
 *
 * @param handled how many of the arrivals, from the first, were queued or shed; the rest is still the caller's, because the
 *     queue is full under a policy that sheds nothing, or closed
 * @param victims what was shed, in that order; arrivals of this batch may be among it
 * @param closed whether the queue takes no more arrivals
 */
public record BatchOffer<T>(int handled, List<Victim<T>> victims, boolean closed) {
    /** A shed record and why. */
    public record Victim<T>(T item, ShedReason reason) {}
}
