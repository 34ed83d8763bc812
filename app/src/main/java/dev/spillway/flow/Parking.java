package dev.spillway.flow;

import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Items that are to be handed out again, each when its time has come; whose is first goes first. Not thread-safe.
 *
 * @param <T> what is handed out
 */
final class Parking<T> {
    private final ToLongFunction<? super T> weigher;
    private final PriorityQueue<Parked<T>> parked = new PriorityQueue<>();
    private long bytes;

    Parking(ToLongFunction<? super T> weigher) {
        this.weigher = weigher;
    }

    /** Adds one whose time comes then, by the monotonic clock. */
    void add(T item, long dueNanos) {
        parked.add(new Parked<>(item, dueNanos));
        bytes += weigher.applyAsLong(item);
    }

    int size() {
        return parked.size();
    }

    /** How heavy they are together. */
    long bytes() {
        return bytes;
    }

    /** When the next one's time comes, or came, by the monotonic clock; null when there is none. */
    @Nullable
    Long nextDueNanos() {
        Parked<T> first = parked.peek();
        return first == null ? null : first.dueNanos;
    }

    /** Removes the one whose time comes, or came, first; there is one. */
    T removeNext() {
        T item = parked.remove().item;
        bytes -= weigher.applyAsLong(item);
        return item;
    }

    /** Removes those that match. */
    List<T> removeIf(Predicate<? super T> filter) {
        List<T> removed = new ArrayList<>();
        parked.removeIf(waiting -> {
            boolean matches = filter.test(waiting.item);
            if (matches) {
                removed.add(waiting.item);
            }
            return matches;
        });
        bytes -= removed.stream().mapToLong(weigher).sum();
        return removed;
    }

    /** Visits them, in no particular order. */
    void forEach(Consumer<? super T> visitor) {
        parked.forEach(waiting -> visitor.accept(waiting.item));
    }

    private static final class Parked<T> implements Comparable<Parked<T>> {
        final T item;
        final long dueNanos;

        Parked(T item, long dueNanos) {
            this.item = item;
            this.dueNanos = dueNanos;
        }

        @Override
        public int compareTo(Parked<T> other) {
            return Long.compare(dueNanos - other.dueNanos, 0); // monotonic time may overflow
        }
    }
}
