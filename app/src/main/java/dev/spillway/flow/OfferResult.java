package dev.spillway.flow;

import java.util.List;

/** How one offer to a {@link ShedQueue} ended. */
public sealed interface OfferResult<T> {
    /** The arrival is queued, and nothing had to give way. */
    record Accepted<T>() implements OfferResult<T> {}

    /**
     * Something was shed. The caller now owns the victims and accounts for them.
     *
     * @param victims in the order in which they were shed; the arrival is among them if it was shed itself, otherwise it is
     *     queued
     */
    record Shed<T>(List<T> victims, ShedReason reason) implements OfferResult<T> {}

    /** No room, and the policy sheds nothing: the arrival is still the caller's. */
    record Full<T>() implements OfferResult<T> {}

    /** The queue takes no more arrivals: this one is still the caller's. */
    record Closed<T>() implements OfferResult<T> {}
}
