package dev.spillway.processor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spillway.config.RetryConfig;
import dev.spillway.flow.CancellationToken;
import dev.spillway.flow.Crew;
import dev.spillway.flow.ManualTime;
import dev.spillway.flow.ShedPolicies;
import dev.spillway.flow.ShedQueue;
import dev.spillway.flow.WorkerScope;
import dev.spillway.flow.WorkerThreads;
import dev.spillway.processor.WorkersStatus.InHand;
import dev.spillway.sink.Delivery;
import dev.spillway.sink.DeliveryLine;
import java.time.Duration;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What workers say of what they do. */
@Timeout(60)
class WorkersStatusTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final ManualTime time = new ManualTime();
    private final DeliveryLine line = new DeliveryLine(time);
    private final ShedQueue<Delivery> queue = new ShedQueue<>(100, 10_000, ShedPolicies.BLOCK, Delivery::size, time);
    private final WorkerScope scope = new WorkerScope(CancellationToken.root(), WorkerThreads.PLATFORM, time);

    @AfterEach
    void end() {
        queue.close();
        scope.close();
    }

    private Workers fork(int retries, Processor processor) {
        RetryConfig retry =
                new RetryConfig(retries, Duration.ofSeconds(10), Duration.ofSeconds(10), Duration.ofSeconds(100));
        Workers workers =
                new Workers(2, queue, Work.of(processor), new CpuPool(1), retry, line.spoiled(), time, new Random(1));
        workers.forkIn(scope);
        return workers;
    }

    private void offer() {
        Delivery delivery = line.next();
        delivery.queuedAt(time.nanoTime());
        queue.tryOffer(delivery);
    }

    private static InHand inHand(Workers workers) {
        return Objects.requireNonNull(workers.status().workers().stream()
                .map(WorkersStatus.WorkerStatus::inHand)
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null));
    }

    @Test
    void idle_workers_have_nothing_in_hand() {
        Workers workers = fork(0, (record, context) -> {});
        Crew.awaitTrue(
                "they do not run",
                () -> workers.status().workers().stream().allMatch(worker -> worker.thread() != null));

        assertThat(workers.status().busy()).isZero();
        assertThat(workers.status().workers())
                .extracting("name")
                .containsExactly("spillway-worker-0", "spillway-worker-1");
    }

    @Test
    void a_busy_one_says_with_what_and_for_how_long_and_that_time_counts_already() {
        CountDownLatch goOn = new CountDownLatch(1);
        CountDownLatch working = new CountDownLatch(1);
        Workers workers = fork(0, (record, context) -> {
            working.countDown();
            goOn.await();
        });
        offer();
        Crew.awaitTrue("nobody works", () -> working.getCount() == 0);
        time.advance(Duration.ofSeconds(7));

        WorkersStatus status = workers.status();
        assertThat(status.busy()).isEqualTo(1);
        assertThat(inHand(workers).origin()).hasToString("in-0@0");
        assertThat(inHand(workers).heldNanos()).isEqualTo(Duration.ofSeconds(7).toNanos());
        assertThat(status.busyNanos()).isEqualTo(Duration.ofSeconds(7).toNanos());

        goOn.countDown();
        queue.close();
        scope.join(PATIENCE, PATIENCE);
        assertThat(workers.status().busy()).isZero();
        assertThat(workers.status().busyNanos()).isEqualTo(Duration.ofSeconds(7).toNanos());
        assertThat(workers.status().processing().seconds()).isEqualTo(7);
        assertThat(workers.status().processing().total()).isEqualTo(1);
    }

    @Test
    void time_in_the_queue_ends_when_a_worker_takes_the_record() {
        offer();
        time.advance(Duration.ofMillis(300));
        Workers workers = fork(0, (record, context) -> {});
        queue.close();
        scope.join(PATIENCE, PATIENCE);

        assertThat(workers.status().queued().total()).isEqualTo(1);
        assertThat(workers.status().queued().seconds()).isEqualTo(0.3);
    }

    @Test
    void a_record_that_waits_for_its_next_attempt_is_in_nobodys_hands_and_is_told_of() {
        Workers workers = fork(1, (record, context) -> {
            if (record.attempt() == 1) {
                throw new IllegalStateException("the first time");
            }
        });
        offer();
        Crew.awaitTrue("nothing waits, or not only that", () -> {
            WorkersStatus now = workers.status();
            return now.retriesWaiting() == 1 && now.busy() == 0; // its worker lets go of it after that
        });
        assertThat(Objects.requireNonNull(workers.status().oldestRetry()).origin())
                .hasToString("in-0@0");

        Crew.awaitTrue("no second attempt", () -> {
            time.advance(Duration.ofSeconds(10));
            return line.ledger().settled() == 1;
        });
        Crew.awaitTrue("it is not done", () -> workers.status().busy() == 0);
        assertThat(workers.status().retriesWaiting()).isZero();
        assertThat(workers.status().oldestRetry()).isNull();
        assertThat(workers.status().retried()).isEqualTo(1);
        Crew.awaitTrue(
                "not each attempt is measured",
                () -> workers.status().processing().total() == 2);
    }
}
