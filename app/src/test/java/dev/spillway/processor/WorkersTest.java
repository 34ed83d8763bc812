package dev.spillway.processor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.spillway.config.RetryConfig;
import dev.spillway.flow.CancellationToken;
import dev.spillway.flow.Crew;
import dev.spillway.flow.JoinReport;
import dev.spillway.flow.ManualTime;
import dev.spillway.flow.ShedPolicies;
import dev.spillway.flow.ShedQueue;
import dev.spillway.flow.Time;
import dev.spillway.flow.WorkerScope;
import dev.spillway.flow.WorkerThreads;
import dev.spillway.sink.Delivery;
import dev.spillway.sink.DeliveryLine;
import dev.spillway.sink.Samples;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

@Timeout(60)
class WorkersTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @RegisterExtension
    final Crew crew = new Crew();

    private final ManualTime time = new ManualTime();
    private final DeliveryLine line = new DeliveryLine(time);
    private final CpuPool cpuPool = new CpuPool(1); // without a thread until somebody computes
    private final ShedQueue<Delivery> queue = new ShedQueue<>(100, 10_000, ShedPolicies.BLOCK, Delivery::size, time);
    private final WorkerScope scope = new WorkerScope(CancellationToken.root(), WorkerThreads.PLATFORM, time);

    @AfterEach
    void end() {
        queue.close();
        scope.close();
    }

    private Workers workers(int count, Processor processor) {
        RetryConfig retry = new RetryConfig(0, Duration.ZERO, Duration.ZERO, Duration.ofSeconds(1));
        return new Workers(count, queue, Work.of(processor), cpuPool, retry, line.spoiled(), time, new Random(1));
    }

    private void offer(int count) {
        for (int i = 0; i < count; i++) {
            queue.tryOffer(line.next());
        }
    }

    @Test
    void all_that_is_queued_is_settled_before_they_end() {
        offer(50);
        Workers workers = workers(3, (record, context) -> {});
        workers.forkIn(scope);
        queue.close();

        assertThat(scope.join(PATIENCE, PATIENCE)).isEqualTo(new JoinReport(3, 0, List.of(), List.of()));
        assertThat(line.ledger().settled()).isEqualTo(50);
        assertThat(workers.serviceTime().records()).isEqualTo(50);
        assertThat(workers.count()).isEqualTo(3);
    }

    @Test
    void they_work_at_once_and_have_names() {
        Set<String> names = ConcurrentHashMap.newKeySet();
        CountDownLatch all = new CountDownLatch(3);
        offer(3);
        workers(3, (record, context) -> {
                    names.add(Thread.currentThread().getName());
                    all.countDown();
                    all.await();
                })
                .forkIn(scope);
        queue.close();

        assertThat(scope.join(PATIENCE, PATIENCE).isClean()).isTrue();
        assertThat(names).containsExactlyInAnyOrder("spillway-worker-0", "spillway-worker-1", "spillway-worker-2");
    }

    @Test
    void no_more_records_than_there_are_workers_are_processed_at_once() {
        AtMost atOnce = new AtMost();
        offer(100);
        Workers workers = workers(3, atOnce);
        workers.forkIn(scope);
        atOnce.awaitInside(3, workers);
        atOnce.gate.countDown();
        queue.close();

        assertThat(scope.join(PATIENCE, PATIENCE).isClean()).isTrue();
        assertThat(line.ledger().settled()).isEqualTo(100);
        assertThat(atOnce.most).hasValue(3);
    }

    @Test
    void an_adaptive_stage_processes_no_more_at_once_than_its_limit() {
        AtMost atOnce = new AtMost();
        ConcurrencyLimit limit = new ConcurrencyLimit(50);
        RetryConfig retry = new RetryConfig(0, Duration.ZERO, Duration.ZERO, Duration.ofSeconds(1));
        offer(15); // too few to judge by
        Workers workers = new Workers(
                "stage",
                50,
                queue,
                Work.of(atOnce),
                retry,
                new Workers.Shared(cpuPool, line.spoiled(), time, new Random(1)),
                () -> new ResultOutlet("stage"),
                limit);
        workers.forkIn(scope);
        atOnce.awaitInside(4, workers);
        atOnce.gate.countDown();
        queue.close();

        assertThat(scope.join(PATIENCE, PATIENCE).isClean()).isTrue();
        assertThat(line.ledger().settled()).isEqualTo(15);
        assertThat(atOnce.most).hasValue(4);
        assertThat(workers.concurrencyLimit()).isEqualTo(4);
    }

    /** Four that may all work until the limit has judged twenty attempts. */
    private Workers adaptive(Work work, Supplier<Outlet> outlets) {
        RetryConfig retry = new RetryConfig(0, Duration.ZERO, Duration.ZERO, Duration.ofSeconds(1));
        return new Workers(
                "stage",
                4,
                queue,
                work,
                retry,
                new Workers.Shared(cpuPool, line.spoiled(), time, new Random(1)),
                outlets,
                new ConcurrencyLimit(4));
    }

    private static void fail() throws IOException {
        throw new IOException("no");
    }

    @Test
    void an_adaptive_stage_whose_attempts_fail_makes_fewer_at_once() {
        offer(20);
        Workers workers = adaptive(Work.of((record, context) -> fail()), () -> new ResultOutlet("stage"));
        workers.forkIn(scope);
        queue.close();

        assertThat(scope.join(PATIENCE, PATIENCE).isClean()).isTrue();
        assertThat(workers.concurrencyLimit()).isEqualTo(2);
    }

    @Test
    void what_had_come_to_nothing_when_it_was_taken_is_no_attempt() {
        offer(19);
        Workers workers = adaptive(Work.of((record, context) -> fail()), () -> new ResultOutlet("stage"));
        workers.forkIn(scope);
        Crew.awaitTrue("not all is settled", () -> line.ledger().settled() == 19);
        line.abort();
        offer(1);
        queue.close();

        assertThat(scope.join(PATIENCE, PATIENCE).isClean()).isTrue();
        assertThat(workers.concurrencyLimit()).as("too few to judge by").isEqualTo(4);
    }

    @Test
    void a_batch_is_one_attempt() {
        offer(20);
        Workers workers = adaptive(Work.of(batch -> fail(), 10, Duration.ZERO), () -> new ResultOutlet("stage"));
        workers.forkIn(scope);
        queue.close();

        assertThat(scope.join(PATIENCE, PATIENCE).isClean()).isTrue();
        assertThat(workers.concurrencyLimit()).as("too few to judge by").isEqualTo(4);
    }

    @Test
    void to_wait_for_the_next_stage_takes_no_service_time() {
        ShedQueue<Delivery> next = new ShedQueue<>(1, 10_000, ShedPolicies.BLOCK, Delivery::size, time);
        next.tryOffer(line.next());
        HandOver handOver = new HandOver("stage", "next", next, 10_000, time);
        RetryConfig retry = new RetryConfig(0, Duration.ZERO, Duration.ZERO, Duration.ofSeconds(1));
        Workers workers = new Workers(
                "stage",
                1,
                queue,
                Work.of((record, context) -> context.forward(record.value())),
                retry,
                new Workers.Shared(cpuPool, line.spoiled(), time, new Random(1)),
                () -> handOver,
                null);
        offer(1);
        workers.forkIn(scope);
        Crew.awaitTrue("nobody waits for the next stage", handOver::isWaiting);

        time.advance(Duration.ofSeconds(10));
        next.tryTake();
        queue.close();

        assertThat(scope.join(PATIENCE, PATIENCE).isClean()).isTrue();
        assertThat(workers.serviceTime().records()).isEqualTo(1);
        assertThat(workers.serviceTime().nanos()).isZero();
    }

    /** Counts who is in it at once; nobody leaves before the gate is open. */
    private static final class AtMost implements Processor {
        private final CountDownLatch gate = new CountDownLatch(1);
        private final AtomicInteger in = new AtomicInteger();
        private final AtomicInteger most = new AtomicInteger();

        @Override
        public void process(InputRecord record, ProcessorContext context) throws InterruptedException {
            most.accumulateAndGet(in.incrementAndGet(), Math::max);
            gate.await();
            in.decrementAndGet();
        }

        /** Returns when so many are in it, and everybody else waits outside. */
        void awaitInside(int count, Workers workers) {
            Crew.awaitTrue(
                    "not " + count + " are at work, but " + in,
                    () -> in.get() == count
                            && workers.status().workers().stream()
                                    .map(WorkersStatus.WorkerStatus::thread)
                                    .allMatch(thread -> thread != null && thread.getState() == Thread.State.WAITING));
        }
    }

    @Test
    void ten_thousand_workers_wait_at_once_where_the_jvm_has_virtual_threads() {
        int count = 10_000;
        assumeTrue(
                WorkerThreads.virtualAvailable(),
                () -> "not tested: this is Java " + Runtime.version().feature()
                        + ", and virtual threads need Java 21 or later");
        WorkerScope virtual = new WorkerScope(CancellationToken.root(), WorkerThreads.VIRTUAL, Time.system());
        ShedQueue<Delivery> wide = new ShedQueue<>(count, 1 << 24, ShedPolicies.BLOCK, Delivery::size, time);
        CountDownLatch waiting = new CountDownLatch(count);
        RetryConfig retry = new RetryConfig(0, Duration.ZERO, Duration.ZERO, Duration.ofSeconds(1));
        for (int i = 0; i < count; i++) {
            wide.tryOffer(line.next());
        }
        Processor io = (record, context) -> {
            waiting.countDown();
            waiting.await(); // for something that comes when all others wait, too
        };
        new Workers(count, wide, Work.of(io), cpuPool, retry, line.spoiled(), time, new Random(1)).forkIn(virtual);
        wide.close();

        assertThat(virtual.join(PATIENCE, PATIENCE)).isEqualTo(new JoinReport(count, 0, List.of(), List.of()));
        assertThat(line.ledger().settled()).isEqualTo(count);
    }

    @Test
    void busy_time_is_measured() {
        CountDownLatch working = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        offer(1);
        Workers workers = workers(1, (record, context) -> {
            working.countDown();
            goOn.await();
        });
        workers.forkIn(scope);
        Crew.awaitTrue("nobody works", () -> working.getCount() == 0);
        time.advance(Duration.ofMillis(70));
        goOn.countDown();
        queue.close();
        scope.join(PATIENCE, PATIENCE);

        assertThat(workers.serviceTime().nanos())
                .isEqualTo(Duration.ofMillis(70).toNanos());
    }

    @Test
    void whoever_is_overdue_is_interrupted() {
        CountDownLatch working = new CountDownLatch(2);
        offer(2);
        Workers workers = workers(2, (record, context) -> {
            working.countDown();
            new CountDownLatch(1).await();
        });
        workers.forkIn(scope);
        Crew.awaitTrue("they do not work", () -> working.getCount() == 0);
        workers.interruptOverdue();
        time.advance(Duration.ofSeconds(1));

        workers.interruptOverdue();
        queue.close();

        assertThat(scope.join(PATIENCE, PATIENCE).isClean()).isTrue();
        assertThat(Samples.sent(line.sent())).containsExactlyInAnyOrder("dead-letters in-0@0", "dead-letters in-0@1");
    }

    @Test
    void an_error_that_is_no_records_fault_cancels_all() {
        offer(1);
        workers(2, (record, context) -> {
                    throw new OutOfMemoryError("a test");
                })
                .forkIn(scope);
        Crew.awaitTrue("nobody is told", () -> scope.token().isCancelled());

        JoinReport report = scope.join(Duration.ZERO, PATIENCE);

        assertThat(report.failures())
                .hasOnlyElementsOfType(OutOfMemoryError.class)
                .hasSize(1);
        assertThat(line.ledger().settled()).isZero();
    }
}
