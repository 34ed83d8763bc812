package dev.spillway.bench;

import com.lmax.disruptor.YieldingWaitStrategy;
import com.lmax.disruptor.dsl.Disruptor;
import com.lmax.disruptor.dsl.ProducerType;
import dev.spillway.flow.BatchOffer;
import dev.spillway.flow.OfferResult;
import dev.spillway.flow.ShedPolicies;
import dev.spillway.flow.ShedQueue;
import dev.spillway.flow.Time;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import org.jctools.queues.MpmcArrayQueue;

/** A bounded queue as {@link QueueMicrobenchmark} uses it: any thread puts, one takes all that is there, up to a batch at a time. */
interface HandOver {
    int BATCH = 100;

    void put(Object item) throws InterruptedException;

    /** One after the other where the queue has no better way. */
    default void putAll(List<Object> items) throws InterruptedException {
        for (Object item : items) {
            put(item);
        }
    }

    /** Takes until it is interrupted. */
    void takeAll() throws InterruptedException;

    /** The queue of that name, with the capacity, or the next larger one that it can have. */
    static HandOver of(String name, int capacity) {
        return switch (name) {
            case "ShedQueue" -> new OfSpillway(capacity);
            case "ArrayBlockingQueue" -> new OfJdk(new ArrayBlockingQueue<>(capacity));
            case "LinkedBlockingQueue" -> new OfJdk(new LinkedBlockingQueue<>(capacity));
            case "MpmcArrayQueue" -> new OfJcTools(Math.max(2, capacity));
            case "Disruptor" -> new OfDisruptor(capacity);
            default -> throw new IllegalArgumentException(name);
        };
    }

    /** Whose policy waits, as a queue without policies would. */
    final class OfSpillway implements HandOver {
        private final ShedQueue<Object> queue;
        private final List<Object> taken = new ArrayList<>(BATCH);

        OfSpillway(int capacity) {
            queue = new ShedQueue<>(capacity, Long.MAX_VALUE, ShedPolicies.BLOCK, item -> 1, Time.system());
        }

        @Override
        public void put(Object item) throws InterruptedException {
            OfferResult<Object> unused = queue.put(item);
        }

        @Override
        public void putAll(List<Object> items) throws InterruptedException {
            List<Object> left = items;
            while (!left.isEmpty()) {
                BatchOffer<Object> offer = queue.offerAll(left);
                left = left.subList(offer.handled(), left.size());
                if (!left.isEmpty()) {
                    put(left.get(0));
                    left = left.subList(1, left.size());
                }
            }
        }

        @Override
        public void takeAll() throws InterruptedException {
            while (queue.takeBatch(taken, BATCH)) {
                taken.clear();
            }
        }
    }

    /** Waits in its locks. */
    record OfJdk(BlockingQueue<Object> queue) implements HandOver {
        @Override
        public void put(Object item) throws InterruptedException {
            queue.put(item);
        }

        @Override
        public void takeAll() throws InterruptedException {
            List<Object> taken = new ArrayList<>(BATCH);
            while (true) {
                taken.add(queue.take());
                queue.drainTo(taken, BATCH - 1);
                taken.clear();
            }
        }
    }

    /** Does not wait; who uses it has to. */
    @SuppressWarnings("ThreadPriorityCheck") // to spin without a pause would take a core from the other side
    final class OfJcTools implements HandOver {
        private final MpmcArrayQueue<Object> queue;

        OfJcTools(int capacity) {
            queue = new MpmcArrayQueue<>(capacity);
        }

        @Override
        public void put(Object item) {
            while (!queue.offer(item)) {
                Thread.yield();
            }
        }

        @Override
        public void takeAll() {
            while (!Thread.currentThread().isInterrupted()) {
                if (queue.drain(item -> {}, BATCH) == 0) {
                    Thread.yield();
                }
            }
        }
    }

    /** Takes on a thread of its own; sizes are powers of two. */
    final class OfDisruptor implements HandOver {
        private final Disruptor<Object[]> disruptor;

        OfDisruptor(int capacity) {
            int size = Integer.highestOneBit(Math.max(1, capacity * 2 - 1));
            disruptor = new Disruptor<>(
                    () -> new Object[1], size, task -> daemon(task), ProducerType.MULTI, new YieldingWaitStrategy());
            disruptor.handleEventsWith((slot, sequence, endOfBatch) -> slot[0] = null);
            disruptor.start();
        }

        private static Thread daemon(Runnable task) {
            Thread thread = new Thread(task, "disruptor");
            thread.setDaemon(true);
            return thread;
        }

        @Override
        public void put(Object item) {
            disruptor.publishEvent((slot, sequence) -> slot[0] = item);
        }

        @Override
        public void takeAll() throws InterruptedException {
            try {
                new CountDownLatch(1).await(); // until it is over
            } finally {
                disruptor.halt();
            }
        }
    }
}
