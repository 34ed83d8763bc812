package dev.spillway.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(60)
class WorkerScopeTest {
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final JoinReport CLEAN = new JoinReport(1, 0, List.of(), List.of());

    @RegisterExtension
    final Crew crew = new Crew();

    private final ManualTime time = new ManualTime();
    private final CancellationToken root = CancellationToken.root();
    private final CountDownLatch started = new CountDownLatch(1);
    private final CountDownLatch release = new CountDownLatch(1);
    private WorkerScope scope = new WorkerScope(root, WorkerThreads.PLATFORM, time);

    @AfterEach
    void endAll() {
        release.countDown();
        scope.close();
    }

    @ParameterizedTest
    @EnumSource
    void joining_joins_every_worker(WorkerThreads kind) {
        assumeTrue(kind != WorkerThreads.VIRTUAL || WorkerThreads.virtualAvailable());
        scope = new WorkerScope(root, kind, time);
        scope.fork("one", token -> {});
        scope.fork("two", token -> {});

        assertThat(scope.join(SECOND, SECOND)).isEqualTo(new JoinReport(2, 0, List.of(), List.of()));
    }

    @Test
    void an_empty_scope_joins_at_once() {
        assertThat(scope.join(SECOND, SECOND)).isEqualTo(new JoinReport(0, 0, List.of(), List.of()));
    }

    @Test
    void a_joined_worker_is_no_longer_alive() {
        var worker = new AtomicReference<Thread>();
        scope.fork("worker", token -> worker.set(Thread.currentThread()));

        scope.join(SECOND, SECOND);

        assertThat(worker)
                .hasValueSatisfying(thread -> assertThat(thread.isAlive()).isFalse());
    }

    @Test
    void workers_have_their_names() {
        var name = new AtomicReference<String>();
        scope.fork("worker-7", token -> name.set(Thread.currentThread().getName()));

        scope.join(SECOND, SECOND);

        assertThat(name).hasValue("worker-7");
    }

    @Test
    void workers_are_daemons() {
        var daemon = new AtomicReference<Boolean>();
        scope.fork("worker", token -> daemon.set(Thread.currentThread().isDaemon()));

        scope.join(SECOND, SECOND);

        assertThat(daemon).hasValue(true);
    }

    @Test
    void auto_is_virtual_where_the_jvm_has_it() {
        var virtual = new AtomicReference<Boolean>();
        scope = new WorkerScope(root, WorkerThreads.AUTO, time);
        scope.fork(
                "worker",
                token -> virtual.set(
                        Thread.currentThread().getThreadGroup().getName().equals("VirtualThreads")));

        scope.join(SECOND, SECOND);

        assertThat(virtual).hasValue(WorkerThreads.virtualAvailable());
    }

    @Test
    void virtual_threads_exist_from_java_21_on() {
        assertThat(WorkerThreads.virtualAvailable()).isEqualTo(Runtime.version().feature() >= 21);
    }

    @Test
    void virtual_threads_are_refused_where_the_jvm_has_none() {
        assumeTrue(!WorkerThreads.virtualAvailable());

        assertThatThrownBy(() -> new WorkerScope(root, WorkerThreads.VIRTUAL, time))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("Java 21");
    }

    // Failure

    @Test
    void a_failing_worker_cancels_its_siblings() {
        var failure = new IllegalStateException("broken");
        var sibling = new AtomicReference<String>();
        scope.fork("sibling", token -> {
            var cancelled = new CountDownLatch(1);
            token.onCancel(cancelled::countDown);
            cancelled.await();
            sibling.set(token.reason().orElse("none"));
        });

        scope.fork("worker", token -> {
            throw failure;
        });

        assertThat(scope.join(SECOND, SECOND)).isEqualTo(new JoinReport(2, 0, List.of(), List.of(failure)));
        assertThat(sibling.get()).contains("worker failed").contains("broken");
    }

    @Test
    void a_failing_worker_cancels_nothing_outside_its_scope() {
        scope.fork("worker", token -> {
            throw new IllegalStateException("broken");
        });

        scope.join(SECOND, SECOND);

        assertThat(root.isCancelled()).isFalse();
    }

    @Test
    void an_error_is_a_failure_like_any_other() {
        var failure = new StackOverflowError("deep");
        scope.fork("worker", token -> {
            throw failure;
        });

        assertThat(scope.join(SECOND, SECOND).failures()).containsExactly(failure);
    }

    @Test
    void failures_are_known_before_the_join() {
        var failure = new IllegalStateException("broken");
        scope.fork("worker", token -> {
            throw failure;
        });

        Crew.awaitTrue("no failure", () -> !scope.failures().isEmpty());

        assertThat(scope.failures()).containsExactly(failure);
    }

    @Test
    void a_report_with_a_failure_is_not_clean() {
        scope.fork("worker", token -> {
            throw new IllegalStateException("broken");
        });

        assertThat(scope.join(SECOND, SECOND).isClean()).isFalse();
    }

    @Test
    void a_callback_that_fails_is_reported_and_keeps_nobody_from_being_joined() {
        var broken = new IllegalStateException("broken callback");
        var failure = new IllegalStateException("broken worker");
        scope.token().onCancel(() -> {
            throw broken;
        });
        scope.fork("worker", token -> {
            throw failure;
        });

        assertThat(scope.join(SECOND, SECOND)).isEqualTo(new JoinReport(1, 0, List.of(), List.of(failure, broken)));
    }

    // Cancellation

    @Test
    void cancelling_the_parent_cancels_the_scope() {
        scope.fork("worker", token -> {
            var cancelled = new CountDownLatch(1);
            token.onCancel(cancelled::countDown);
            cancelled.await();
        });

        root.cancel("enough");

        assertThat(scope.join(SECOND, SECOND)).isEqualTo(CLEAN);
    }

    @Test
    void an_interrupt_after_the_cancellation_is_no_failure() {
        scope.fork("worker", token -> {
            root.cancel("enough");
            throw new InterruptedException();
        });

        assertThat(scope.join(SECOND, SECOND)).isEqualTo(CLEAN);
    }

    @Test
    void an_interrupt_without_a_cancellation_is_a_failure() {
        scope.fork("worker", token -> {
            throw new InterruptedException("from somewhere");
        });

        assertThat(scope.join(SECOND, SECOND).failures())
                .singleElement()
                .satisfies(e -> assertThat(e).hasMessage("from somewhere"));
    }

    // Deadlines

    @Test
    void shutdown_interrupts_and_reports_those_who_miss_the_deadline() {
        var quick = new AtomicReference<Thread>();
        scope.fork("quick", token -> quick.set(Thread.currentThread()));
        awaitEnded(quick);
        scope.fork("slow", token -> waitFor(release));
        awaitStarted();
        var join = crew.start("join", () -> scope.join(SECOND, SECOND));
        time.awaitWaiting(1);

        time.advance(SECOND);

        assertThat(join.result()).isEqualTo(new JoinReport(1, 1, List.of(), List.of()));
        assertThat(scope.token().reason())
                .hasValueSatisfying(why -> assertThat(why).contains("deadline"));
    }

    @Test
    void a_worker_that_ends_just_in_time_is_not_aborted() {
        scope.fork("worker", token -> waitFor(release));
        awaitStarted();
        var join = crew.start("join", () -> scope.join(SECOND, SECOND));
        time.awaitWaiting(1);
        time.advance(SECOND.minusNanos(1));

        release.countDown();

        assertThat(join.result()).isEqualTo(CLEAN);
        assertThat(scope.token().isCancelled()).isFalse();
    }

    @Test
    void a_worker_that_ends_within_the_grace_is_aborted_and_not_leaked() {
        scope.fork("deaf", token -> waitDeafFor(release));
        awaitStarted();
        var join = crew.start("join", () -> scope.join(SECOND, SECOND));
        time.awaitWaiting(1);
        time.advance(SECOND);
        time.awaitWaiting(1);

        release.countDown();

        assertThat(join.result()).isEqualTo(new JoinReport(0, 1, List.of(), List.of()));
    }

    @Test
    void a_worker_that_ignores_its_interrupt_is_reported_as_leaked() {
        scope.fork("deaf", token -> waitDeafFor(release));
        awaitStarted();
        var join = crew.start("join", () -> scope.join(SECOND, SECOND));
        time.awaitWaiting(1);
        time.advance(SECOND);
        time.awaitWaiting(1);

        time.advance(SECOND);

        assertThat(join.result()).isEqualTo(new JoinReport(0, 1, List.of("deaf"), List.of()));
    }

    @Test
    void a_report_with_an_aborted_worker_is_not_clean() {
        assertThat(new JoinReport(1, 1, List.of(), List.of()).isClean()).isFalse();
        assertThat(new JoinReport(1, 0, List.of(), List.of()).isClean()).isTrue();
    }

    @Test
    void without_time_the_deadline_has_passed_at_once() {
        scope.fork("worker", token -> waitFor(release));
        awaitStarted();
        var join = crew.start("join", () -> scope.join(Duration.ZERO, SECOND));

        assertThat(join.result().aborted()).isEqualTo(1);
    }

    @Test
    void a_callback_that_fails_at_the_deadline_keeps_nobody_from_being_interrupted() {
        var broken = new IllegalStateException("broken callback");
        scope.token().onCancel(() -> {
            throw broken;
        });
        scope.fork("worker", token -> waitFor(release));
        awaitStarted();
        var join = crew.start("join", () -> scope.join(Duration.ZERO, SECOND));

        assertThat(join.result()).isEqualTo(new JoinReport(0, 1, List.of(), List.of(broken)));
    }

    // Interrupts of the one who joins

    @Test
    void an_interrupt_does_not_end_the_join_but_is_passed_on_and_restored() {
        var interrupted = new CountDownLatch(1);
        scope.fork("worker", token -> {
            try {
                waitFor(release);
            } catch (InterruptedException e) {
                interrupted.countDown();
                waitFor(release);
            }
        });
        awaitStarted();
        var join = crew.start("join", () -> {
            JoinReport report = scope.join(SECOND, SECOND);
            return report + ", interrupted: " + Thread.interrupted();
        });
        time.awaitWaiting(1);

        join.interrupt();
        Crew.awaitTrue("the interrupt is not passed on", () -> interrupted.getCount() == 0);
        assertThat(join.isDone()).isFalse();
        release.countDown();

        assertThat(join.result()).isEqualTo(CLEAN + ", interrupted: true");
    }

    @Test
    void an_interrupt_during_the_grace_is_restored() {
        scope.fork("deaf", token -> waitDeafFor(release));
        awaitStarted();
        var join = crew.start("join", () -> {
            scope.join(Duration.ZERO, SECOND);
            return Thread.interrupted();
        });
        time.awaitWaiting(1);

        join.interrupt();
        release.countDown();

        assertThat(join.result()).isTrue();
    }

    @Test
    void a_join_that_was_not_interrupted_leaves_no_interrupt() {
        scope.fork("worker", token -> {});

        scope.join(SECOND, SECOND);

        assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }

    @Test
    void an_interrupt_does_not_move_the_deadline() {
        scope.fork("deaf", token -> waitDeafFor(release));
        awaitStarted();
        var join = crew.start("join", () -> {
            JoinReport report = scope.join(SECOND, Duration.ZERO);
            return report.aborted() + ", interrupted: " + Thread.interrupted();
        });
        time.awaitWaiting(1);
        time.advance(SECOND.dividedBy(2));

        join.interrupt();
        time.awaitWaiting(1);
        time.advance(SECOND.dividedBy(2));

        assertThat(join.result()).isEqualTo("1, interrupted: true");
    }

    // After the end

    @Test
    void nothing_is_forked_once_the_join_has_begun() {
        scope.join(SECOND, SECOND);

        assertThatThrownBy(() -> scope.fork("late", token -> {}))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("late");
    }

    @Test
    void nothing_is_forked_once_the_scope_is_closed() {
        scope.close();

        assertThatThrownBy(() -> scope.fork("late", token -> {})).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void closing_interrupts_and_waits() {
        List<String> ended = new ArrayList<>();
        scope.fork("worker", token -> {
            try {
                waitFor(release);
            } catch (InterruptedException e) {
                ended.add("interrupted: " + token.reason().orElse("not cancelled"));
            }
        });
        awaitStarted();

        scope.close();

        assertThat(ended).containsExactly("interrupted: the scope was closed");
    }

    @Test
    void closing_waits_for_a_worker_that_ignores_its_interrupt() {
        scope.fork("deaf", token -> waitDeafFor(release));
        awaitStarted();
        var close = crew.start("close", () -> {
            scope.close();
            return "closed";
        });
        time.awaitWaiting(1);

        time.advance(Duration.ofDays(365));
        assertThat(close.isDone()).isFalse();
        release.countDown();

        assertThat(close.result()).isEqualTo("closed");
    }

    @Test
    void closing_waits_whatever_a_callback_throws() {
        scope.token().onCancel(() -> {
            throw new IllegalStateException("broken callback");
        });
        var worker = new AtomicReference<Thread>();
        scope.fork("worker", token -> {
            worker.set(Thread.currentThread());
            waitFor(release);
        });
        awaitStarted();

        scope.close();

        assertThat(worker)
                .hasValueSatisfying(thread -> assertThat(thread.isAlive()).isFalse());
    }

    @Test
    void a_closed_scope_is_detached_from_its_parent() {
        scope.close();

        assertThat(root.attached()).isZero();
    }

    private void waitFor(CountDownLatch latch) throws InterruptedException {
        started.countDown();
        latch.await();
    }

    /** Ignores interrupts. */
    private void waitDeafFor(CountDownLatch latch) {
        started.countDown();
        while (true) {
            try {
                latch.await();
                return;
            } catch (InterruptedException e) {
                // deaf
            }
        }
    }

    private void awaitStarted() {
        Crew.awaitTrue("the worker does not start", () -> started.getCount() == 0);
    }

    private static void awaitEnded(AtomicReference<Thread> worker) {
        Crew.awaitTrue(
                "the worker does not end",
                () -> worker.get() != null && !worker.get().isAlive());
    }
}
