package dev.spillway.inspect;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Counts names in bounded memory and finds those that come most often: the Space-Saving sketch of A. Metwally, D. Agrawal and A.
 * El Abbadi, "Efficient Computation of Frequent and Top-k Elements in Data Streams", ICDT 2005. A name for which there is no
 * counter left takes over the smallest one, its count included, which is its error from then on.
 *
 * <p>Of N names in k counters:
 *
 * <ul>
 *   <li>the counts add up to N,
 *   <li>a count is never too low, and too high by its error at most, which is N/k at most,
 *   <li>a name that came more than N/k times has a counter.
 * </ul>
 *
 * <p>Until there are more than k names all counts are exact. A step costs O(log k). Used by one thread.
 */
final class SpaceSaving {
    private final int capacity;
    private final Map<String, Counter> byName = new HashMap<>();

    /** A heap with the smallest count on top; each counter knows its place in it. */
    private final List<Counter> heap = new ArrayList<>();

    /** @param capacity how many counters there are at most, at least 1 */
    SpaceSaving(int capacity) {
        this.capacity = capacity;
    }

    /** Adds a name so many times. */
    void add(String name, Instant at, long times) {
        Counter counter = byName.get(name);
        if (counter == null) {
            counter = heap.size() < capacity ? open(name) : takeOver(heap.get(0), name);
            byName.put(name, counter);
        }
        counter.count(at, times);
        sink(counter);
    }

    int held() {
        return heap.size();
    }

    /** By how much the count of any name is too high at most. */
    long error() {
        return heap.stream().mapToLong(counter -> counter.error).max().orElse(0);
    }

    /** The counters, the largest first. */
    List<GroupTable.Row> rows() {
        return heap.stream()
                .map(Counter::row)
                .sorted(Comparator.comparingLong(GroupTable.Row::count)
                        .reversed()
                        .thenComparing(GroupTable.Row::group))
                .toList();
    }

    private Counter open(String name) {
        Counter counter = new Counter(name, 0);
        counter.place = heap.size();
        heap.add(counter);
        rise(counter);
        return counter;
    }

    private Counter takeOver(Counter smallest, String name) {
        byName.remove(smallest.name);
        Counter heir = new Counter(name, smallest.count);
        put(heir, smallest.place);
        return heir;
    }

    private void rise(Counter counter) {
        while (counter.place > 0) {
            Counter above = heap.get((counter.place - 1) / 2);
            if (above.count <= counter.count) {
                return;
            }
            swap(above, counter);
        }
    }

    private void sink(Counter counter) {
        while (true) {
            Counter below = smallerChild(counter);
            if (below.count >= counter.count) {
                return;
            }
            swap(counter, below);
        }
    }

    /** The counter itself where it has none. */
    private Counter smallerChild(Counter counter) {
        int left = 2 * counter.place + 1;
        if (left >= heap.size()) {
            return counter;
        }
        Counter first = heap.get(left);
        if (left + 1 == heap.size()) {
            return first;
        }
        Counter second = heap.get(left + 1);
        return second.count < first.count ? second : first;
    }

    private void swap(Counter a, Counter b) {
        int place = a.place;
        put(a, b.place);
        put(b, place);
    }

    private void put(Counter counter, int place) {
        heap.set(place, counter);
        counter.place = place;
    }

    private static final class Counter {
        private final String name;
        private final long error;
        private long count;
        private int place;
        private Instant first = Instant.MAX;
        private Instant last = Instant.MIN;

        private Counter(String name, long inherited) {
            this.name = name;
            this.error = inherited;
            this.count = inherited;
        }

        private void count(Instant at, long times) {
            count += times;
            first = at.isBefore(first) ? at : first;
            last = at.isAfter(last) ? at : last;
        }

        private GroupTable.Row row() {
            return new GroupTable.Row(name, count, error, first, last);
        }
    }
}
