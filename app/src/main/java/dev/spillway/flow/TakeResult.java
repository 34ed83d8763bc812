package dev.spillway.flow;

/** How one attempt to take from a {@link ShedQueue} ended. */
public sealed interface TakeResult<T> {
    /** The head of the queue, now the caller's. */
    record Taken<T>(T item) implements TakeResult<T> {}

    /** Nothing came in time. */
    record Empty<T>() implements TakeResult<T> {}

    /** The queue is closed and drained: nothing will ever come. */
    record Closed<T>() implements TakeResult<T> {}
}
