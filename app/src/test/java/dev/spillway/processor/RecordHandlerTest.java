package dev.spillway.processor;

import static dev.spillway.sink.Samples.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.spillway.config.RetryConfig;
import dev.spillway.flow.CancellationToken;
import dev.spillway.flow.Crew;
import dev.spillway.flow.ManualTime;
import dev.spillway.flow.PassingTime;
import dev.spillway.flow.ShedPolicies;
import dev.spillway.flow.ShedQueue;
import dev.spillway.flow.Time;
import dev.spillway.sink.Delivery;
import dev.spillway.sink.DeliveryLine;
import dev.spillway.sink.Samples;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

@Timeout(60)
class RecordHandlerTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(1);

    @RegisterExtension
    final Crew crew = new Crew();

    private final PassingTime time = new PassingTime();
    private final ManualTime manual = new ManualTime();
    private final DeliveryLine line = new DeliveryLine(time);
    private final CpuPool cpuPool = new CpuPool(1); // without a thread until somebody computes
    private final CancellationToken token = CancellationToken.root();
    private final List<Long> jitterBounds = new ArrayList<>();
    private final RetryConfig retry = new RetryConfig(3, Duration.ofMillis(100), Duration.ofMillis(300), TIMEOUT);
    private int attempts;

    /** Takes the longest pause that it is allowed to take. */
    private final Random jitter = new Random() {
        private static final long serialVersionUID = 1L;

        @Override
        public long nextLong(long bound) {
            jitterBounds.add(bound);
            return bound - 1;
        }
    };

    private final ShedQueue<Delivery> queue = queue(time);
    private final Downstream downstream = new Downstream();

    private static ShedQueue<Delivery> queue(Time clock) {
        return new ShedQueue<>(100, 1 << 20, ShedPolicies.BLOCK, Delivery::size, clock);
    }

    private RecordHandler handler(Processor processor) {
        return handler(Work.of(processor), queue);
    }

    private RecordHandler handler(Work work, ShedQueue<Delivery> source) {
        return new RecordHandler(
                work,
                source,
                new ResultOutlet(null),
                retry,
                downstream,
                new Workers.Shared(cpuPool, line.spoiled(), time, jitter));
    }

    /** Makes attempts until nothing is queued or parked. */
    private void workOff(RecordHandler handler, ShedQueue<Delivery> source, Delivery... deliveries)
            throws InterruptedException {
        for (Delivery delivery : deliveries) {
            source.tryOffer(delivery);
        }
        List<Delivery> batch = new ArrayList<>();
        while (source.snapshot().depth() + source.snapshot().parked() > 0 && source.takeBatch(batch, 10)) {
            handler.handle(batch, token);
            batch.clear();
        }
    }

    private Delivery handle(Processor processor) throws InterruptedException {
        Delivery delivery = line.next();
        workOff(handler(processor), queue, delivery);
        return delivery;
    }

    private void failing(Throwable failure) throws InterruptedException {
        handle((record, context) -> {
            attempts++;
            sneak(failure);
        });
    }

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> void sneak(Throwable failure) throws T {
        throw (T) failure;
    }

    private String reason() {
        return Samples.header(line.sent().get(0), "spillway.reason");
    }

    @Test
    void what_was_forwarded_is_published_when_processing_returns() throws InterruptedException {
        handle((record, context) -> {
            context.forward(bytes("one"));
            context.forward(bytes("k"), bytes("two"));
            context.forward(null, null, new RecordHeaders().add("h", bytes("x")));
            assertThat(line.sent()).isEmpty();
        });

        assertThat(Samples.sent(line.sent())).containsExactly("out in-0@0", "out in-0@0", "out in-0@0");
        assertThat(line.sent().get(0).key()).isEqualTo(bytes("key"));
        assertThat(line.sent().get(0).value()).isEqualTo(bytes("one"));
        assertThat(line.sent().get(1).key()).isEqualTo(bytes("k"));
        assertThat(line.sent().get(2).key()).isNull();
        assertThat(Samples.header(line.sent().get(2), "h")).isEqualTo("x");
        assertThat(line.ledger().settled()).isEqualTo(1);
    }

    @Test
    void the_processor_sees_the_record_as_it_came() throws InterruptedException {
        handle((record, context) -> {
            assertThat(record.key()).isEqualTo(bytes("key"));
            assertThat(record.value()).isEqualTo(bytes("value"));
            assertThat(record.topic()).isEqualTo("in");
            assertThat(record.partition()).isZero();
            assertThat(record.offset()).isZero();
            assertThat(record.timestamp()).isZero();
            assertThat(record.headers()).isEmpty();
            assertThat(record.attempt()).isEqualTo(1);
            assertThat(context.cancellation()).isSameAs(token);
        });

        assertThat(line.ledger().settled()).isEqualTo(1);
        assertThat(line.sent()).isEmpty();
    }

    @Test
    void what_a_batch_gives_is_published_together_in_order() throws InterruptedException {
        Processor processor = (record, context) -> {
            assertThat(line.sent()).isEmpty();
            context.forward(bytes("result"));
        };

        workOff(handler(processor), queue, line.next(), line.next(), line.next());

        assertThat(Samples.sent(line.sent())).containsExactly("out in-0@0", "out in-0@1", "out in-0@2");
        assertThat(line.ledger().settled()).isEqualTo(3);
    }

    @Test
    void what_was_processed_before_a_cancellation_is_published() {
        Processor processor = (record, context) -> {
            if (record.offset() == 1) {
                token.cancel("a test");
                throw new InterruptedException();
            }
            context.forward(bytes("result"));
        };

        assertThatThrownBy(() -> workOff(handler(processor), queue, line.next(), line.next()))
                .isInstanceOf(InterruptedException.class);

        assertThat(Samples.sent(line.sent())).containsExactly("out in-0@0");
        assertThat(line.ledger().settled()).isEqualTo(1);
    }

    @Test
    void a_failed_record_is_tried_again_until_it_succeeds() throws InterruptedException {
        handle((record, context) -> {
            attempts++;
            assertThat(record.attempt()).isEqualTo(attempts);
            context.forward(bytes("attempt " + attempts));
            if (attempts < 3) {
                throw new IOException("not yet");
            }
        });

        assertThat(line.sent()).hasSize(1);
        assertThat(line.sent().get(0).value()).isEqualTo(bytes("attempt 3"));
    }

    @Test
    void a_record_whose_retries_are_used_up_becomes_a_dead_letter() throws InterruptedException {
        failing(new IOException("no"));

        assertThat(attempts).isEqualTo(4);
        assertThat(Samples.sent(line.sent())).containsExactly("dead-letters in-0@0");
        assertThat(reason()).isEqualTo("java.io.IOException: no");
        assertThat(Samples.header(line.sent().get(0), "spillway.attempts")).isEqualTo("4");
    }

    @Test
    void pauses_have_full_jitter_up_to_the_backoff() throws InterruptedException {
        failing(new IOException("no"));

        long milli = TimeUnit.MILLISECONDS.toNanos(1);
        assertThat(jitterBounds).containsExactly(100 * milli + 1, 200 * milli + 1, 300 * milli + 1);
        assertThat(time.nanoTime()).isEqualTo(600 * milli);
    }

    @Test
    void a_permanent_failure_is_not_tried_again() throws InterruptedException {
        failing(new PermanentFailureException("never", new IOException("because")));

        assertThat(attempts).isEqualTo(1);
        assertThat(reason()).contains("PermanentFailureException: never", "java.io.IOException: because");
        assertThat(Samples.header(line.sent().get(0), "spillway.attempts")).isEqualTo("1");
        assertThat(time.nanoTime()).isZero();
    }

    @Test
    void memory_that_is_used_up_is_no_records_fault() {
        assertThatThrownBy(() -> failing(new OutOfMemoryError("heap"))).isInstanceOf(OutOfMemoryError.class);

        assertThat(attempts).isEqualTo(1);
        assertThat(line.sent()).isEmpty();
        assertThat(line.ledger().settled()).isZero();
    }

    @Test
    void a_result_that_is_too_large_becomes_a_dead_letter_at_once() throws InterruptedException {
        handle((record, context) -> {
            attempts++;
            context.forward(new byte[Samples.MEGABYTE]);
        });

        assertThat(attempts).isEqualTo(1);
        assertThat(Samples.sent(line.sent())).containsExactly("dead-letters in-0@0");
        assertThat(reason()).contains("out takes 1048576");
    }

    @Test
    void ten_thousand_results_are_enough() throws InterruptedException {
        handle((record, context) -> {
            for (int i = 0; i < ProcessorContext.MAX_RESULTS; i++) {
                context.forward(null);
            }
        });

        assertThat(line.sent()).hasSize(ProcessorContext.MAX_RESULTS);
    }

    @Test
    void more_than_ten_thousand_results_are_a_permanent_failure() throws InterruptedException {
        handle((record, context) -> {
            attempts++;
            for (int i = 0; i <= ProcessorContext.MAX_RESULTS; i++) {
                context.forward(null);
            }
        });

        assertThat(attempts).isEqualTo(1);
        assertThat(Samples.sent(line.sent())).containsExactly("dead-letters in-0@0");
    }

    @Test
    void more_bytes_of_results_than_fit_into_memory_are_a_permanent_failure() throws InterruptedException {
        byte[] large = new byte[1 << 20];
        handle((record, context) -> {
            attempts++;
            for (long sum = 0; sum <= ProcessorContext.MAX_RESULT_BYTES; sum += large.length) {
                context.forward(null, large);
            }
        });

        assertThat(attempts).isEqualTo(1);
        assertThat(Samples.sent(line.sent())).containsExactly("dead-letters in-0@0");
        assertThat(reason()).contains("bytes of results");
    }

    @Test
    void a_processor_that_forwards_to_death_and_catches_what_stops_it_has_failed_all_the_same()
            throws InterruptedException {
        handle((record, context) -> {
            for (int i = 0; i < 2 * ProcessorContext.MAX_RESULTS; i++) {
                try {
                    context.forward(null);
                } catch (RuntimeException e) {
                    attempts++;
                }
            }
        });

        assertThat(attempts).isEqualTo(ProcessorContext.MAX_RESULTS);
        assertThat(Samples.sent(line.sent())).containsExactly("dead-letters in-0@0");
    }

    @Test
    void a_thread_that_a_processor_leaks_can_give_no_result_to_another_record() throws InterruptedException {
        List<ProcessorContext> leaked = new ArrayList<>();
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        handle((record, context) -> leaked.add(context));
        handle((record, context) -> {
            Thread late = new Thread(() -> leaked.get(0).forward(bytes("of the first")));
            late.setUncaughtExceptionHandler((thread, e) -> thrown.set(e));
            late.start();
            late.join();
            context.forward(bytes("of the second"));
        });

        assertThat(thrown.get()).isInstanceOf(IllegalStateException.class).hasMessageContaining("process()");
        assertThat(line.sent()).hasSize(1);
        assertThat(line.sent().get(0).value()).isEqualTo(bytes("of the second"));
    }

    @Test
    void null_is_a_value_and_no_headers_are_the_inputs() throws InterruptedException {
        handle((record, context) -> {
            context.forward(null);
            sneakNullHeaders(context);
        });

        assertThat(line.sent()).hasSize(2);
        assertThat(line.sent().get(0).value()).isNull();
        assertThat(line.sent().get(1).key()).isNull();
    }

    /** As a plug-in does that knows nothing of our annotations. */
    @SuppressWarnings("NullAway")
    private static void sneakNullHeaders(ProcessorContext context) {
        context.forward(null, null, null);
    }

    @ParameterizedTest
    @ValueSource(
            classes = {
                AssertionError.class,
                NoClassDefFoundError.class,
                LinkageError.class,
                StackOverflowError.class,
                InternalError.class
            })
    void an_error_is_the_records_fault_and_no_workers_end(Class<? extends Error> type) throws Exception {
        failing(type.getConstructor().newInstance());

        assertThat(attempts).isEqualTo(4);
        assertThat(Samples.sent(line.sent())).containsExactly("dead-letters in-0@0");
        assertThat(reason()).contains(type.getName());
    }

    @Test
    void a_record_that_spoiled_a_transaction_is_dead_lettered_without_an_attempt() throws InterruptedException {
        Delivery delivery = line.next();
        line.spoil(delivery, new RecordTooLargeException("too large"));

        workOff(handler((record, context) -> attempts++), queue, delivery);

        assertThat(attempts).isZero();
        assertThat(Samples.sent(line.sent())).containsExactly("dead-letters in-0@0");
        assertThat(reason()).contains("too large");
    }

    @Test
    void a_record_of_an_aborted_epoch_is_not_processed() throws InterruptedException {
        Delivery delivery = line.next();
        line.abort();

        workOff(handler((record, context) -> attempts++), queue, delivery);

        assertThat(attempts).isZero();
    }

    @Test
    void a_record_of_an_aborted_epoch_is_not_tried_again() throws InterruptedException {
        handle((record, context) -> {
            attempts++;
            line.abort();
            throw new IOException("no");
        });

        assertThat(attempts).isEqualTo(1);
        assertThat(line.sent()).isEmpty();
    }

    @Test
    void a_failure_of_cancelled_work_settles_nothing() {
        assertThatThrownBy(() -> handle((record, context) -> {
                    token.cancel("a test");
                    throw new IOException("interrupted, perhaps");
                }))
                .isInstanceOf(InterruptedException.class);

        assertThat(line.sent()).isEmpty();
        assertThat(line.ledger().settled()).isZero();
    }

    @Test
    void a_result_of_cancelled_work_counts() throws InterruptedException {
        handle((record, context) -> {
            token.cancel("a test");
            context.forward(bytes("done"));
        });

        assertThat(Samples.sent(line.sent())).containsExactly("out in-0@0");
    }

    @Test
    void while_a_record_waits_for_its_retry_its_worker_goes_on() throws InterruptedException {
        List<String> order = new ArrayList<>();
        RecordHandler handler = handler((record, context) -> {
            order.add(record.offset() + " at " + time.milliTime());
            if (record.offset() == 0 && record.attempt() == 1) {
                throw new IOException("not yet");
            }
        });

        workOff(handler, queue, line.next(), line.next(), line.next());

        assertThat(order).containsExactly("0 at 0", "1 at 0", "2 at 0", "0 at 100");
    }

    @Test
    void while_a_record_waits_in_its_attempt_its_worker_goes_on_and_then_the_attempt_does()
            throws InterruptedException {
        List<String> seen = new ArrayList<>();
        RecordHandler handler = handler((record, context) -> {
            seen.add(record.offset() + " at " + time.milliTime() + ", attempt " + record.attempt() + ", paused "
                    + context.paused().toMillis());
            if (record.offset() == 0 && context.paused().toMillis() < 500) {
                context.resumeAfter(Duration.ofMillis(250));
            } else {
                context.forward(bytes("done"));
            }
        });

        workOff(handler, queue, line.next(), line.next());

        assertThat(seen)
                .containsExactly(
                        "0 at 0, attempt 1, paused 0",
                        "1 at 0, attempt 1, paused 0",
                        "0 at 250, attempt 1, paused 250",
                        "0 at 500, attempt 1, paused 500");
        assertThat(Samples.sent(line.sent())).containsExactly("out in-0@1", "out in-0@0");
        assertThat(handler.retried()).isZero();
        assertThat(downstream.failed()).isZero();
        assertThat(downstream.answered()).isEqualTo(2);
    }

    @Test
    void a_retry_pauses_anew() throws InterruptedException {
        List<String> seen = new ArrayList<>();
        handle((record, context) -> {
            seen.add("attempt " + record.attempt() + ", paused "
                    + context.paused().toMillis());
            if (context.paused().isZero()) {
                context.resumeAfter(Duration.ofMillis(700));
            } else if (record.attempt() == 1) {
                throw new IOException("not yet");
            }
        });

        assertThat(seen)
                .containsExactly(
                        "attempt 1, paused 0", "attempt 1, paused 700", "attempt 2, paused 0", "attempt 2, paused 700");
        assertThat(line.ledger().settled()).isEqualTo(1);
    }

    @Test
    void an_attempt_that_would_wait_beyond_its_time_out_fails_at_once_even_if_that_is_caught()
            throws InterruptedException {
        handle((record, context) -> {
            try {
                context.resumeAfter(context.paused().isZero() ? Duration.ofMillis(800) : Duration.ofMillis(201));
            } catch (Exception e) {
                context.forward(bytes("as if nothing had been"));
            }
        });

        assertThat(Samples.sent(line.sent())).containsExactly("dead-letters in-0@0");
        assertThat(reason()).contains("processing.timeout.ms=1000");
    }

    @Test
    void what_waits_has_no_results_yet() throws InterruptedException {
        List<Throwable> refusals = new ArrayList<>();
        handle((record, context) -> {
            if (context.paused().isZero()) {
                context.resumeAfter(Duration.ofMillis(1));
                refusals.add(catchThrowable(() -> context.forward(bytes("too early"))));
                refusals.add(catchThrowable(() -> context.resumeAfter(Duration.ZERO)));
            } else {
                context.forward(bytes("in time"));
                refusals.add(catchThrowable(() -> context.resumeAfter(Duration.ofMillis(1))));
            }
        });

        assertThat(refusals)
                .hasExactlyElementsOfTypes(
                        IllegalStateException.class, IllegalArgumentException.class, IllegalStateException.class);
        assertThat(line.sent()).hasSize(1);
        assertThat(line.sent().get(0).value()).isEqualTo(bytes("in time"));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void a_record_that_is_put_aside_while_its_epoch_is_aborted_is_forgotten(boolean failing)
            throws InterruptedException {
        List<Runnable> beforeItIsPutAside = new ArrayList<>();
        Time clock = new Time() {
            @Override
            public long nanoTime() {
                beforeItIsPutAside.forEach(Runnable::run);
                return time.nanoTime();
            }

            @Override
            public long currentTimeMillis() {
                return time.currentTimeMillis();
            }

            @Override
            public long awaitUntil(Lock lock, Condition condition, long deadlineNanos) {
                return time.awaitUntil(lock, condition, deadlineNanos);
            }
        };
        ShedQueue<Delivery> source = queue(clock);
        Delivery delivery = line.next();
        source.tryOffer(delivery);
        source.tryTake();
        RecordHandler handler = handler(
                Work.of((record, context) -> {
                    if (failing) {
                        throw new IOException("in the way");
                    }
                    context.resumeAfter(Duration.ofMillis(5));
                }),
                source);
        beforeItIsPutAside.add(() -> {
            line.abort();
            source.forgetParked(Delivery::isDiscarded);
        });

        handler.handle(List.of(delivery), token);

        assertThat(source.snapshot().parked()).isZero();
    }

    @Test
    void a_record_of_an_aborted_epoch_does_not_wait() throws InterruptedException {
        Delivery delivery = line.next();
        workOff(
                handler((record, context) -> {
                    attempts++;
                    line.abort();
                    context.resumeAfter(Duration.ofMillis(1));
                }),
                queue,
                delivery);

        assertThat(attempts).isEqualTo(1);
        assertThat(line.sent()).isEmpty();
    }

    @Test
    void a_record_of_a_batch_that_waits_holds_up_none_of_its_neighbours() throws InterruptedException {
        handleTogether(3, batch -> {
            for (BatchEntry entry : batch) {
                if (entry.record().offset() == 1 && entry.context().paused().isZero()) {
                    entry.context().resumeAfter(Duration.ofMillis(5));
                } else {
                    entry.context().forward(bytes("at " + time.milliTime()));
                }
            }
        });

        assertThat(Samples.sent(line.sent())).containsExactly("out in-0@0", "out in-0@2", "out in-0@1");
        assertThat(line.sent().get(2).value()).isEqualTo(bytes("at 5"));
    }

    @Test
    void a_service_that_asks_for_a_pause_gets_it_up_to_the_longest_backoff() throws InterruptedException {
        List<Long> at = new ArrayList<>();
        handle((record, context) -> {
            at.add(time.milliTime());
            throw new RetryLaterException("busy", Duration.ofMillis(record.attempt() == 1 ? 250 : 5000));
        });

        assertThat(at).containsExactly(0L, 250L, 550L, 850L);
        assertThat(Samples.sent(line.sent())).containsExactly("dead-letters in-0@0");
    }

    @Test
    void while_what_it_depends_on_is_down_no_record_uses_up_its_retries() throws InterruptedException {
        downstream.declareDown();
        handle((record, context) -> {
            attempts++;
            assertThat(record.attempt()).isEqualTo(1);
            if (attempts == 50) {
                downstream.declareUp(time.nanoTime());
            } else {
                throw new IOException("down");
            }
        });

        assertThat(attempts).isEqualTo(50);
        assertThat(line.sent()).isEmpty();
        assertThat(line.ledger().settled()).isEqualTo(1);
        assertThat(downstream.failed()).isEqualTo(49);
        assertThat(downstream.answered()).isEqualTo(1);
    }

    @Test
    void once_another_record_has_shown_that_it_is_up_a_record_that_failed_before_is_its_own_fault()
            throws InterruptedException {
        downstream.declareDown();
        handle((record, context) -> {
            attempts++;
            if (attempts == 2) {
                time.advance(Duration.ofMillis(1));
                downstream.declareUp(time.nanoTime());
            }
            throw new IOException("always");
        });

        assertThat(attempts).isEqualTo(1 + 4);
        assertThat(Samples.sent(line.sent())).containsExactly("dead-letters in-0@0");
        assertThat(downstream.failed()).isEqualTo(1);
    }

    @Test
    void a_record_that_was_not_tried_when_it_was_up_again_may_fail_since_it_is_down_once_more()
            throws InterruptedException {
        downstream.declareDown();
        downstream.declareUp(time.nanoTime());

        failing(new IOException("down again"));

        assertThat(downstream.failed()).isEqualTo(1);
    }

    @Test
    void even_while_it_is_down_a_permanent_failure_is_one() throws InterruptedException {
        downstream.declareDown();

        failing(new PermanentFailureException("never"));

        assertThat(attempts).isEqualTo(1);
        assertThat(Samples.sent(line.sent())).containsExactly("dead-letters in-0@0");
        assertThat(downstream.answered()).isEqualTo(1);
    }

    /** What a batch processor was given, batch by batch, as offsets. */
    private final List<List<Long>> batches = new ArrayList<>();

    private void handleTogether(int count, BatchProcessor processor) throws InterruptedException {
        Work work = Work.of(
                batch -> {
                    batches.add(
                            batch.stream().map(entry -> entry.record().offset()).toList());
                    processor.process(batch);
                },
                10,
                Duration.ZERO);
        Delivery[] deliveries = new Delivery[count];
        for (int i = 0; i < count; i++) {
            deliveries[i] = line.next();
        }
        workOff(handler(work, queue), queue, deliveries);
    }

    @Test
    void a_batch_is_processed_at_once_and_each_record_has_its_own_results() throws InterruptedException {
        handleTogether(3, batch -> {
            for (BatchEntry entry : batch) {
                for (long i = 0; i < entry.record().offset(); i++) {
                    entry.context().forward(bytes("result"));
                }
            }
        });

        assertThat(batches).containsExactly(List.of(0L, 1L, 2L));
        assertThat(Samples.sent(line.sent())).containsExactly("out in-0@1", "out in-0@2", "out in-0@2");
        assertThat(line.ledger().settled()).isEqualTo(3);
    }

    @Test
    void a_record_that_fails_in_a_batch_fails_alone_and_is_tried_again_alone() throws InterruptedException {
        handleTogether(
                3,
                batch -> batch.stream()
                        .filter(entry -> entry.record().offset() == 1)
                        .forEach(entry -> {
                            entry.context().forward(bytes("never sent"));
                            entry.fail(new IOException("no"));
                        }));

        assertThat(batches).containsExactly(List.of(0L, 1L, 2L), List.of(1L), List.of(1L), List.of(1L));
        assertThat(Samples.sent(line.sent())).containsExactly("dead-letters in-0@1");
        assertThat(Samples.header(line.sent().get(0), "spillway.attempts")).isEqualTo("4");
        assertThat(line.ledger().settled()).isEqualTo(3);
    }

    @Test
    @SuppressWarnings("NullAway") // as a plug-in does that knows nothing of our annotations
    void a_record_that_is_failed_without_a_reason_has_failed() throws InterruptedException {
        handleTogether(2, batch -> batch.get(0).fail(null));

        assertThat(Samples.sent(line.sent())).containsExactly("dead-letters in-0@0");
        assertThat(reason()).contains("without a reason");
    }

    @Test
    void a_record_that_makes_every_batch_fail_for_good_takes_none_of_its_neighbours_with_it()
            throws InterruptedException {
        handleTogether(3, batch -> {
            for (BatchEntry entry : batch) {
                entry.context().forward(bytes("result"));
                if (entry.record().offset() == 1) {
                    throw new PermanentFailureException("poison");
                }
            }
        });

        assertThat(batches).containsExactly(List.of(0L, 1L, 2L), List.of(0L), List.of(1L), List.of(2L));
        assertThat(Samples.sent(line.sent()))
                .containsExactlyInAnyOrder("out in-0@0", "out in-0@2", "dead-letters in-0@1");
        assertThat(line.sent())
                .filteredOn(sent -> sent.topic().equals("dead-letters"))
                .allMatch(sent -> Samples.header(sent, "spillway.attempts").equals("1"));
    }

    @Test
    void a_result_does_not_wait_for_neighbours_that_are_tried_alone() throws InterruptedException {
        List<Integer> published = new ArrayList<>();
        handleTogether(3, batch -> {
            if (batch.size() > 1) {
                throw new PermanentFailureException("one of these");
            }
            published.add(line.sent().size());
            batch.get(0).context().forward(bytes("result"));
        });

        assertThat(published).containsExactly(0, 1, 2);
    }

    @Test
    void a_result_of_a_batch_does_not_wait_for_a_neighbour_that_is_tried_again() throws InterruptedException {
        List<Integer> published = new ArrayList<>();
        RecordHandler handler = handler(
                Work.of(
                        batch -> batch.forEach(entry -> {
                            published.add(line.sent().size());
                            entry.context().forward(bytes("result"));
                        }),
                        10,
                        Duration.ZERO),
                queue);
        Delivery again = line.next();
        again.countAttempt(1);

        handler.handle(List.of(again, line.next()), token);

        assertThat(published).containsExactly(0, 1);
    }

    @Test
    void only_attempts_that_were_made_are_counted() throws InterruptedException {
        RecordHandler handler = handler((record, context) -> {
            if (record.offset() == 1) {
                throw new IOException("no");
            }
        });
        Delivery late = line.next();
        handler.handle(List.of(late, line.next()), token);
        assertThat(handler.attempts()).isEqualTo(2);
        assertThat(handler.failed()).isEqualTo(1);

        Delivery discarded = line.next();
        line.abort();
        handler.handle(List.of(discarded), token);

        assertThat(handler.attempts()).isZero();
        assertThat(handler.failed()).isZero();
    }

    @Test
    void a_record_that_makes_every_batch_fail_for_now_takes_none_of_its_neighbours_with_it()
            throws InterruptedException {
        handleTogether(3, batch -> {
            for (BatchEntry entry : batch) {
                if (entry.record().offset() == 1) {
                    throw new IOException("crashed");
                }
                entry.context().forward(bytes("result"));
            }
        });

        assertThat(batches.get(0)).containsExactly(0L, 1L, 2L);
        assertThat(batches.subList(1, batches.size())).allMatch(batch -> batch.size() == 1);
        assertThat(Samples.sent(line.sent()))
                .containsExactlyInAnyOrder("out in-0@0", "out in-0@2", "dead-letters in-0@1");
    }

    @Test
    void an_attempt_that_takes_too_long_is_interrupted_and_counts_as_failed() {
        CountDownLatch working = new CountDownLatch(1);
        Delivery delivery = line.next();
        ShedQueue<Delivery> source = queue(manual);
        RecordHandler handler = handler(
                Work.of((record, context) -> {
                    attempts++;
                    if (attempts == 1) {
                        working.countDown();
                        new CountDownLatch(1).await();
                    }
                    context.forward(bytes("second"));
                }),
                source);
        var worker = crew.start("worker", () -> {
            workOff(handler, source, delivery);
            return Thread.currentThread().isInterrupted();
        });
        Crew.awaitTrue("the attempt has not begun", () -> working.getCount() == 0);

        handler.interruptIfOverdue(manual.nanoTime());
        manual.advance(TIMEOUT.minusNanos(1));
        handler.interruptIfOverdue(manual.nanoTime());
        worker.awaitWaiting();
        manual.advance(Duration.ofNanos(1));
        handler.interruptIfOverdue(manual.nanoTime());
        manual.awaitWaiting(1);
        manual.advance(Duration.ofMillis(100));

        assertThat(worker.result()).isFalse();
        assertThat(attempts).isEqualTo(2);
        assertThat(line.sent().get(0).value()).isEqualTo(bytes("second"));
    }

    @Test
    void the_dead_letter_of_a_record_that_always_takes_too_long_says_so() throws InterruptedException {
        RecordHandler[] self = new RecordHandler[1];
        self[0] = handler((record, context) -> {
            self[0].interruptIfOverdue(time.nanoTime());
            time.advance(TIMEOUT);
            self[0].interruptIfOverdue(time.nanoTime());
            if (Thread.interrupted()) {
                throw new InterruptedException("as a blocking call would");
            }
        });

        workOff(self[0], queue, line.next());

        assertThat(reason()).contains("processing.timeout.ms=1000");
        assertThat(Thread.interrupted()).isFalse();
    }

    @Test
    void a_result_that_comes_although_its_attempt_was_overdue_is_accepted() throws InterruptedException {
        RecordHandler[] self = new RecordHandler[1];
        self[0] = handler((record, context) -> {
            self[0].interruptIfOverdue(time.nanoTime());
            time.advance(TIMEOUT);
            self[0].interruptIfOverdue(time.nanoTime());
            context.forward(bytes("late"));
        });

        workOff(self[0], queue, line.next());

        assertThat(Samples.sent(line.sent())).containsExactly("out in-0@0");
        assertThat(line.wasInterruptedWhileSending()).isFalse();
        assertThat(Thread.interrupted()).isFalse();
    }

    @Test
    void between_attempts_nobody_is_interrupted() throws InterruptedException {
        RecordHandler[] self = new RecordHandler[1];
        RecordHandler handler = handler((record, context) -> self[0].interruptIfOverdue(time.nanoTime()));
        self[0] = handler;
        workOff(handler, queue, line.next());

        time.advance(TIMEOUT.multipliedBy(2));
        handler.interruptIfOverdue(time.nanoTime());

        assertThat(Thread.interrupted()).isFalse();
    }

    @Test
    void an_interrupt_that_a_processor_leaves_behind_meets_neither_publishing_nor_the_next_record()
            throws InterruptedException {
        handle((record, context) -> {
            context.forward(bytes("done"));
            Thread.currentThread().interrupt();
        });

        assertThat(line.wasInterruptedWhileSending()).isFalse();
        assertThat(Thread.interrupted()).isFalse();
    }

    @Test
    void an_interrupt_that_comes_with_a_cancellation_stays() throws InterruptedException {
        handle((record, context) -> {
            context.forward(bytes("done"));
            token.cancel("a test");
            Thread.currentThread().interrupt();
        });

        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void nothing_can_be_asked_before_the_first_record() {
        Entry entry = new Entry(cpuPool, LoggerFactory.getLogger(getClass()), TIMEOUT, time);

        assertThatThrownBy(entry::key).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(entry::cancellation).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void a_processor_speaks_under_its_own_name_and_computes_in_the_pool() throws InterruptedException {
        handle((record, context) -> {
            assertThat(context.logger().getName()).contains(getClass().getSimpleName());
            context.forward(bytes(context.cpuBound(() -> Thread.currentThread().getName())));
        });

        cpuPool.close();
        assertThat(line.sent().get(0).value()).isEqualTo(bytes("spillway-cpu-0"));
    }

    @Test
    void a_failure_that_cannot_say_what_it_is_is_a_dead_letter_all_the_same() throws InterruptedException {
        failing(new IllegalStateException() {
            private static final long serialVersionUID = 1L;

            @Override
            public String getMessage() {
                throw new NullPointerException("no message");
            }
        });

        assertThat(Samples.sent(line.sent())).containsExactly("dead-letters in-0@0");
    }
}
