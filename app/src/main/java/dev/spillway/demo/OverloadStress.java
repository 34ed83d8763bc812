package dev.spillway.demo;

import dev.spillway.flow.CancellationToken;
import dev.spillway.flow.JoinReport;
import dev.spillway.flow.OfferResult;
import dev.spillway.flow.ShedPolicy;
import dev.spillway.flow.ShedQueue;
import dev.spillway.flow.TakeResult;
import dev.spillway.flow.Time;
import dev.spillway.flow.WorkerScope;
import dev.spillway.flow.WorkerThreads;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** A burst of 4000 items on a buffer of 16 and four workers that take half a millisecond for each, in memory. */
final class OverloadStress {
    private static final int ITEMS = 4000;
    private static final int BUFFER = 16;
    private static final int WORKERS = 4;
    private static final Duration WORK = Duration.ofNanos(500_000);
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** One policy's row. */
    record Row(ShedPolicy policy, long produced, long processed, long dropped, int joined, int aborted) {
        /** Whether nothing is missing and no thread was left behind. */
        boolean isConserved() {
            return produced == processed + dropped && joined == WORKERS && aborted == 0;
        }
    }

    private OverloadStress() {}

    static Row of(ShedPolicy policy, Time time) throws InterruptedException {
        ShedQueue<Integer> queue = new ShedQueue<>(BUFFER, Long.MAX_VALUE, policy, item -> 1, time);
        AtomicLong processed = new AtomicLong();
        long dropped = 0;
        try (WorkerScope scope = new WorkerScope(CancellationToken.root(), WorkerThreads.AUTO, time)) {
            for (int i = 0; i < WORKERS; i++) {
                scope.fork("worker-" + i, token -> work(queue, token, time, processed));
            }
            for (int item = 0; item < ITEMS; item++) {
                if (queue.put(item) instanceof OfferResult.Shed<Integer> shed) {
                    dropped += shed.victims().size();
                }
            }
            queue.close();
            JoinReport joined = scope.join(PATIENCE, PATIENCE);
            return new Row(policy, ITEMS, processed.get(), dropped, joined.joined(), joined.aborted());
        }
    }

    private static void work(ShedQueue<Integer> queue, CancellationToken token, Time time, AtomicLong processed)
            throws InterruptedException {
        while (queue.take() instanceof TakeResult.Taken<Integer>) {
            token.await(time, WORK);
            processed.incrementAndGet();
        }
    }
}
