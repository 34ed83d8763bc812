package dev.spillway.flow;

import static dev.spillway.flow.ShedPolicies.BLOCK;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** Queue and workers together, with more work than they can do. */
@Timeout(60)
class OverloadTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @RegisterExtension
    final Crew crew = new Crew();

    @ParameterizedTest
    @FieldSource("dev.spillway.flow.ShedPolicies#ALL")
    void overload_conserves(ShedPolicy policy) throws InterruptedException {
        var queue = new ShedQueue<Integer>(16, 1000, policy, i -> 1, Time.system());
        Queue<Integer> processed = new ConcurrentLinkedQueue<>();
        List<Integer> dropped = new ArrayList<>();
        var scope = new WorkerScope(CancellationToken.root(), WorkerThreads.PLATFORM, Time.system());
        for (int worker = 0; worker < 4; worker++) {
            scope.fork("worker-" + worker, token -> workOff(queue, processed));
        }

        for (int i = 0; i < 4000; i++) {
            if (queue.put(i) instanceof OfferResult.Shed<Integer> shed) {
                dropped.addAll(shed.victims());
            }
        }
        queue.close();
        JoinReport report = scope.join(PATIENCE, PATIENCE);

        assertThat(report).isEqualTo(new JoinReport(4, 0, List.of(), List.of()));
        List<Integer> accounted = new ArrayList<>(processed);
        accounted.addAll(dropped);
        assertThat(accounted).as("every record has one outcome").hasSize(4000).doesNotHaveDuplicates();
        assertThat(dropped.isEmpty() || policy != BLOCK).isTrue();
        assertThat(queue.snapshot().highWaterMark()).isLessThanOrEqualTo(16);
    }

    @ParameterizedTest
    @FieldSource("dev.spillway.flow.ShedPolicies#ALL")
    void overload_by_several_sources_conserves(ShedPolicy policy) {
        var queue = new ShedQueue<Integer>(16, 1000, policy, i -> 1, Time.system());
        Queue<Integer> processed = new ConcurrentLinkedQueue<>();
        Queue<Integer> dropped = new ConcurrentLinkedQueue<>();
        var workers = new WorkerScope(CancellationToken.root(), WorkerThreads.AUTO, Time.system());
        var sources = new WorkerScope(CancellationToken.root(), WorkerThreads.AUTO, Time.system());
        for (int worker = 0; worker < 4; worker++) {
            workers.fork("worker-" + worker, token -> workOff(queue, processed));
        }

        for (int source = 0; source < 4; source++) {
            int first = source * 1000;
            sources.fork("source-" + source, token -> offerRange(queue, first, first + 1000, dropped));
        }
        JoinReport sourcesReport = sources.join(PATIENCE, PATIENCE);
        queue.close();
        JoinReport workersReport = workers.join(PATIENCE, PATIENCE);

        assertThat(sourcesReport).isEqualTo(new JoinReport(4, 0, List.of(), List.of()));
        assertThat(workersReport).isEqualTo(new JoinReport(4, 0, List.of(), List.of()));
        List<Integer> accounted = new ArrayList<>(processed);
        accounted.addAll(dropped);
        assertThat(accounted).as("every record has one outcome").hasSize(4000).doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @FieldSource("dev.spillway.flow.ShedPolicies#ALL")
    void a_slow_consumer_bounds_memory_instead_of_growing_it(ShedPolicy policy) {
        var queue = new ShedQueue<byte[]>(1000, 100_000, policy, bytes -> bytes.length, Time.system());
        var slow = new CountDownLatch(1);
        var busy = new CountDownLatch(1);
        var scope = new WorkerScope(CancellationToken.root(), WorkerThreads.PLATFORM, Time.system());
        scope.fork("slow", token -> {
            queue.take();
            busy.countDown();
            slow.await();
        });
        queue.tryOffer(new byte[1024]);
        Crew.awaitTrue("the consumer takes nothing", () -> busy.getCount() == 0);

        int refused = 0;
        for (int i = 0; i < 50_000; i++) {
            refused += queue.tryOffer(new byte[1024]) instanceof OfferResult.Accepted ? 0 : 1;
        }

        QueueSnapshot now = queue.snapshot();
        assertThat(now.bytes()).isLessThanOrEqualTo(100_000);
        assertThat(now.highWaterMark()).isEqualTo(97);
        assertThat(refused).isEqualTo(50_000 - 97);
        slow.countDown();
        assertThat(scope.join(PATIENCE, PATIENCE).isClean()).isTrue();
    }

    private static void workOff(ShedQueue<Integer> queue, Queue<Integer> processed) throws InterruptedException {
        List<Integer> batch = new ArrayList<>();
        while (queue.takeBatch(batch, 3)) {
            processed.addAll(batch);
            batch.clear();
        }
    }

    private static void offerRange(ShedQueue<Integer> queue, int from, int to, Queue<Integer> dropped)
            throws InterruptedException {
        List<Integer> left = new ArrayList<>();
        for (int i = from; i < to; i++) {
            left.add(i);
        }
        while (!left.isEmpty()) {
            var offer = queue.offerAll(left.subList(0, Math.min(7, left.size())));
            offer.victims().forEach(victim -> dropped.add(victim.item()));
            left.subList(0, offer.handled()).clear();
            if (offer.handled() == 0) {
                queue.awaitDepth(0, PATIENCE);
            }
        }
    }
}
