package dev.spillway.flow;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Items in lanes: of each lane one item at a time is out, in the order of arrival, and the others wait until it is released. Lanes do
 * not wait for each other: what may be taken next is the oldest item that heads a lane of which nothing is out. Every operation takes
 * time logarithmic in the number of lanes, however many items of one lane are queued.
 */
final class LaneBacklog<T> implements Backlog<T> {
    private final Function<? super T, ? extends @Nullable Object> laneOf;

    /** All that is queued, in the order of arrival. */
    private final LinkedHashSet<Place<T>> places = new LinkedHashSet<>();
    /** The heads of the lanes of which nothing is out, by their arrival. */
    private final TreeMap<Long, Place<T>> heads = new TreeMap<>();
    /** The lanes that have an item queued or out. */
    private final Map<Object, Lane<T>> lanes = new HashMap<>();

    private long arrivals;

    private static final class Lane<T> {
        final ArrayDeque<Place<T>> queue = new ArrayDeque<>();
        boolean isOut;
    }

    /** Where an item is queued; compared by identity. */
    private static final class Place<T> {
        final T item;
        final long number;
        /** What it has to itself when it belongs to none. */
        final @Nullable Lane<T> lane;

        Place(T item, long number, @Nullable Lane<T> lane) {
            this.item = item;
            this.number = number;
            this.lane = lane;
        }
    }

    /**
     * An empty backlog.
     *
     * @param laneOf an item's lane, compared with {@code equals} and always the same for the same item; null when it waits for nobody
     */
    LaneBacklog(Function<? super T, ? extends @Nullable Object> laneOf) {
        this.laneOf = laneOf;
    }

    @Override
    public void add(T item) {
        Object key = laneOf.apply(item);
        Lane<T> lane = key == null ? null : lanes.computeIfAbsent(key, k -> new Lane<>());
        Place<T> place = new Place<>(item, arrivals++, lane);
        places.add(place);
        if (lane == null) {
            heads.put(place.number, place);
            return;
        }
        lane.queue.addLast(place);
        if (!lane.isOut && lane.queue.size() == 1) {
            heads.put(place.number, place);
        }
    }

    @Override
    public int size() {
        return places.size();
    }

    @Override
    public int takeable() {
        return heads.size();
    }

    @Override
    public T take() {
        Place<T> place = heads.pollFirstEntry().getValue();
        places.remove(place);
        if (place.lane != null) {
            place.lane.queue.removeFirst();
            place.lane.isOut = true;
        }
        return place.item;
    }

    @Override
    public T evict() {
        Place<T> oldest = places.iterator().next();
        remove(oldest);
        return oldest.item;
    }

    @Override
    public void release(T taken) {
        Object key = laneOf.apply(taken);
        Lane<T> lane = key == null ? null : lanes.get(key);
        if (lane != null) {
            lane.isOut = false;
            offerHead(key, lane);
        }
    }

    @Override
    public List<T> removeIf(Predicate<? super T> filter) {
        List<Place<T>> matching =
                places.stream().filter(place -> filter.test(place.item)).toList();
        matching.forEach(this::remove);
        List<T> removed = new ArrayList<>(matching.size());
        matching.forEach(place -> removed.add(place.item));
        return removed;
    }

    @Override
    public void forEach(Consumer<? super T> visitor) {
        places.forEach(place -> visitor.accept(place.item));
    }

    private void remove(Place<T> place) {
        places.remove(place);
        heads.remove(place.number);
        Object key = laneOf.apply(place.item);
        if (place.lane != null && key != null) {
            place.lane.queue.remove(place);
            offerHead(key, place.lane);
        }
    }

    /** Lets the lane's head be taken, unless something of the lane is out; forgets a lane that has nothing queued or out. */
    private void offerHead(Object key, Lane<T> lane) {
        if (lane.isOut) {
            return;
        }
        Place<T> head = lane.queue.peekFirst();
        if (head == null) {
            lanes.remove(key);
        } else {
            heads.put(head.number, head);
        }
    }
}
