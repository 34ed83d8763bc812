package dev.spillway.flow;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** First in, first out; nobody waits for anybody. */
final class FifoBacklog<T> implements Backlog<T> {
    private final ArrayDeque<T> items = new ArrayDeque<>();

    @Override
    public void add(T item) {
        items.addLast(item);
    }

    @Override
    public int size() {
        return items.size();
    }

    @Override
    public int takeable() {
        return items.size();
    }

    @Override
    public T take() {
        return items.removeFirst();
    }

    @Override
    public T evict() {
        return items.removeFirst();
    }

    @Override
    public void release(T taken) {}

    @Override
    public List<T> removeIf(Predicate<? super T> filter) {
        List<T> kept = new ArrayList<>(items.size());
        List<T> removed = new ArrayList<>();
        items.forEach(item -> (filter.test(item) ? removed : kept).add(item));
        if (!removed.isEmpty()) {
            items.clear();
            items.addAll(kept);
        }
        return removed;
    }

    @Override
    public void forEach(Consumer<? super T> visitor) {
        items.forEach(visitor);
    }
}
