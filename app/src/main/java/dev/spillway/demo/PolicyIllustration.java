package dev.spillway.demo;

import dev.spillway.flow.CancellationToken;
import dev.spillway.flow.JoinReport;
import dev.spillway.flow.OfferResult;
import dev.spillway.flow.ShedPolicies;
import dev.spillway.flow.ShedPolicy;
import dev.spillway.flow.ShedQueue;
import dev.spillway.flow.TakeResult;
import dev.spillway.flow.Time;
import dev.spillway.flow.WorkerScope;
import dev.spillway.flow.WorkerThreads;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** What each policy keeps of eight items that are pushed into a buffer of four before anybody takes one. */
final class PolicyIllustration {
    private static final int BUFFER = 4;
    private static final int ITEMS = 8;
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /**
     * One policy's row.
     *
     * @param kept what came out of the buffer, in order
     * @param shed what was shed, in order
     * @param waits how often the producer had to wait for room
     */
    record Row(ShedPolicy policy, List<Integer> kept, List<Integer> shed, int waits) {
        /** Whether the row is what the policy promises. */
        boolean isAsPromised() {
            List<Integer> promised = policy == ShedPolicies.DROP_NEWEST
                    ? List.of(0, 1, 2, 3)
                    : policy == ShedPolicies.DROP_OLDEST ? List.of(4, 5, 6, 7) : List.of(0, 1, 2, 3, 4, 5, 6, 7);
            return kept.equals(promised) && kept.size() + shed.size() == ITEMS && (waits > 0) == shed.isEmpty();
        }
    }

    private PolicyIllustration() {}

    /** Tries the policy. The consumer begins when all items are pushed, or when the producer cannot go on without it. */
    static Row of(ShedPolicy policy, Time time) throws InterruptedException {
        ShedQueue<Integer> queue = new ShedQueue<>(BUFFER, Long.MAX_VALUE, policy, item -> 1, time);
        List<Integer> kept = new ArrayList<>();
        List<Integer> shed = new ArrayList<>();
        int waits = 0;
        try (WorkerScope scope = new WorkerScope(CancellationToken.root(), WorkerThreads.PLATFORM, time)) {
            for (int item = 0; item < ITEMS; item++) {
                OfferResult<Integer> result = queue.tryOffer(item);
                if (result instanceof OfferResult.Full) {
                    if (waits++ == 0) {
                        scope.fork("consumer", token -> drain(queue, kept));
                    }
                    result = queue.put(item);
                }
                if (result instanceof OfferResult.Shed<Integer> victims) {
                    shed.addAll(victims.victims());
                }
            }
            queue.close();
            if (waits == 0) {
                scope.fork("consumer", token -> drain(queue, kept));
            }
            JoinReport joined = scope.join(PATIENCE, PATIENCE);
            if (!joined.isClean()) {
                throw new IllegalStateException("the consumer did not end: " + joined);
            }
        }
        return new Row(policy, kept, shed, waits);
    }

    private static void drain(ShedQueue<Integer> queue, List<Integer> kept) throws InterruptedException {
        while (queue.take() instanceof TakeResult.Taken<Integer> taken) {
            kept.add(taken.item());
        }
    }
}
