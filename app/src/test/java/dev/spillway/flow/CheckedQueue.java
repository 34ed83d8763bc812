package dev.spillway.flow;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Predicate;

/** A queue of words, a letter weighs a byte, that checks its identities after every step. */
final class CheckedQueue implements AutoCloseable {
    private final ShedQueue<String> queue;
    private final long capacityBytes;

    CheckedQueue(int capacity, long capacityBytes, ShedPolicy policy, Time time) {
        this.queue = new ShedQueue<>(capacity, capacityBytes, policy, String::length, time);
        this.capacityBytes = capacityBytes;
        check();
    }

    ShedPolicy policy() {
        return queue.policy();
    }

    OfferResult<String> tryOffer(String arrival) {
        try {
            return queue.tryOffer(arrival);
        } finally {
            check();
        }
    }

    OfferResult<String> offer(String arrival, Duration timeout) throws InterruptedException {
        try {
            return queue.offer(arrival, timeout);
        } finally {
            check();
        }
    }

    OfferResult<String> put(String arrival) throws InterruptedException {
        try {
            return queue.put(arrival);
        } finally {
            check();
        }
    }

    BatchOffer<String> offerAll(String... arrivals) {
        try {
            return queue.offerAll(List.of(arrivals));
        } finally {
            check();
        }
    }

    boolean awaitDepth(int atMost, Duration timeout) throws InterruptedException {
        try {
            return queue.awaitDepth(atMost, timeout);
        } finally {
            check();
        }
    }

    TakeResult<String> tryTake() {
        try {
            return queue.tryTake();
        } finally {
            check();
        }
    }

    TakeResult<String> take(Duration timeout) throws InterruptedException {
        try {
            return queue.take(timeout);
        } finally {
            check();
        }
    }

    TakeResult<String> take() throws InterruptedException {
        try {
            return queue.take();
        } finally {
            check();
        }
    }

    boolean takeBatch(Collection<String> into, int max) throws InterruptedException {
        try {
            return queue.takeBatch(into, max);
        } finally {
            check();
        }
    }

    List<String> removeIf(Predicate<String> filter) {
        try {
            return queue.removeIf(filter);
        } finally {
            check();
        }
    }

    void limitTo(int limit) {
        queue.limitTo(limit);
        check();
    }

    int depth() {
        return queue.depth();
    }

    QueueSnapshot snapshot() {
        check();
        return queue.snapshot();
    }

    /** What is queued, from the oldest to the youngest. */
    List<String> content() {
        var words = new ArrayList<String>();
        queue.forEach(words::add);
        return words;
    }

    @Override
    public void close() {
        queue.close();
        check();
    }

    private void check() {
        QueueSnapshot now = queue.snapshot();
        long evictionsAndDoorSheds =
                now.shed().values().stream().mapToLong(Long::longValue).sum();
        assertThat(now.admitted())
                .as("admitted == depth + taken + evicted + withdrawn of %s", now)
                .isEqualTo(now.depth() + now.taken() + now.evicted() + now.withdrawn());
        assertThat(now.bytes()).as("bytes of %s", now).isBetween(0L, capacityBytes);
        assertThat(now.bytes() == 0).as("bytes and depth of %s", now).isEqualTo(now.depth() == 0);
        assertThat(now.highWaterMark()).as("high water mark of %s", now).isGreaterThanOrEqualTo(now.depth());
        assertThat(now.limit()).as("limit of %s", now).isLessThanOrEqualTo(now.capacity());
        assertThat(evictionsAndDoorSheds).as("shed in %s", now).isGreaterThanOrEqualTo(now.evicted());
        if (now.capacity() > 0) {
            assertThat(now.highWaterMark()).as("high water mark of %s", now).isLessThanOrEqualTo(now.capacity());
        }
    }
}
