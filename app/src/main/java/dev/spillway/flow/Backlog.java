package dev.spillway.flow;

import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * What is queued, and in which order it may be taken: the {@link ShedQueue} does everything here under its lock.
 *
 * @param <T> what is queued
 */
interface Backlog<T> {
    /** Adds the youngest item. */
    void add(T item);

    /** How many items are queued. */
    int size();

    /** How many of them may be taken at this moment. */
    int takeable();

    /** Removes the oldest item that may be taken; there is one. */
    T take();

    /** Removes the oldest item, whether it may be taken or not; there is one. */
    T evict();

    /** What follows an item that was taken need not wait for it any more. */
    void release(T taken);

    /** Removes the items that match, and returns them in their order. */
    List<T> removeIf(Predicate<? super T> filter);

    /** Visits the items from the oldest to the youngest. */
    void forEach(Consumer<? super T> visitor);
}
