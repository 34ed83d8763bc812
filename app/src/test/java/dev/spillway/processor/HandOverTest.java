package dev.spillway.processor;

import static dev.spillway.sink.Samples.bytes;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.spillway.config.Ordering;
import dev.spillway.config.RetryConfig;
import dev.spillway.flow.CancellationToken;
import dev.spillway.flow.Crew;
import dev.spillway.flow.PassingTime;
import dev.spillway.flow.ShedPolicies;
import dev.spillway.flow.ShedPolicy;
import dev.spillway.flow.ShedQueue;
import dev.spillway.flow.ShedReason;
import dev.spillway.flow.TakeResult;
import dev.spillway.sink.Delivery;
import dev.spillway.sink.DeliveryLine;
import dev.spillway.sink.Piece;
import dev.spillway.sink.Samples;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Two stages, {@code first} and {@code second}, whose workers the test plays one after the other. */
@Timeout(60)
class HandOverTest {
    private static final int BYTES = 1000;

    @RegisterExtension
    final Crew crew = new Crew();

    private final PassingTime time = new PassingTime();
    private final DeliveryLine line = new DeliveryLine(time);
    private final CpuPool cpuPool = new CpuPool(1); // without a thread until somebody computes
    private final CancellationToken token = CancellationToken.root();
    private final Downstream downstream = new Downstream();
    private final RetryConfig retry =
            new RetryConfig(1, Duration.ofMillis(100), Duration.ofMillis(100), Duration.ofSeconds(1));
    private final ShedQueue<Delivery> first = queue(100, ShedPolicies.BLOCK);
    private int calls;
    private ShedQueue<Delivery> second = queue(100, ShedPolicies.BLOCK);
    private HandOver handOver = new HandOver("first", "second", second, BYTES, time);

    private ShedQueue<Delivery> queue(int capacity, ShedPolicy policy) {
        return new ShedQueue<>(capacity, BYTES, policy, Delivery::size, time);
    }

    private void second(int capacity, ShedPolicy policy) {
        second = queue(capacity, policy);
        handOver = new HandOver("first", "second", second, BYTES, time);
    }

    private RecordHandler handler(ShedQueue<Delivery> queue, Outlet outlet, Processor processor) {
        return new RecordHandler(
                Work.of(processor),
                queue,
                outlet,
                retry,
                downstream,
                new Workers.Shared(cpuPool, line.spoiled(), time, new Random(1)));
    }

    private void workInFirst(Delivery delivery, Processor processor) throws InterruptedException {
        handler(first, handOver, processor).handle(List.of(delivery), token);
    }

    private void workInSecond(Processor processor) throws InterruptedException {
        handler(second, new ResultOutlet("second"), processor).handle(List.of(taken()), token);
    }

    private Delivery taken() {
        TakeResult<Delivery> result = second.tryTake();
        assertThat(result).isInstanceOf(TakeResult.Taken.class);
        return ((TakeResult.Taken<Delivery>) result).item();
    }

    private static Processor forwarding(String... values) {
        return (record, context) -> {
            for (String value : values) {
                context.forward(bytes(value));
            }
        };
    }

    private Processor counting() {
        return (record, context) -> calls++;
    }

    private static Processor failing() {
        return (record, context) -> {
            throw new PermanentFailureException("no");
        };
    }

    private List<String> results() {
        return line.sent().stream()
                .filter(record -> record.topic().equals("out"))
                .map(HandOverTest::describe)
                .toList();
    }

    private static String describe(ProducerRecord<?, byte @Nullable []> record) {
        String part = Samples.header(record, "spillway.part");
        return new String(record.value(), UTF_8) + (part.isEmpty() ? "" : " " + part);
    }

    private ProducerRecord<byte @Nullable [], byte @Nullable []> onlySent() {
        assertThat(line.sent()).hasSize(1);
        return line.sent().get(0);
    }

    @Test
    void what_one_stage_forwards_is_the_input_of_the_next() throws InterruptedException {
        workInFirst(
                line.next(),
                (record, context) ->
                        context.forward(bytes("k2"), bytes("v2"), new RecordHeaders().add("h", bytes("x"))));

        assertThat(line.sent()).isEmpty();
        workInSecond((record, context) -> {
            assertThat(record.key()).isEqualTo(bytes("k2"));
            assertThat(record.value()).isEqualTo(bytes("v2"));
            assertThat(record.headers().lastHeader("h").value()).isEqualTo(bytes("x"));
            assertThat(record.topic()).isEqualTo("in");
            assertThat(record.offset()).isZero();
            assertThat(record.attempt()).isEqualTo(1);
            context.forward(bytes("v3"));
        });

        assertThat(results()).containsExactly("v3");
        assertThat(onlySent().key()).isEqualTo(bytes("k2"));
        assertThat(Samples.header(onlySent(), "h")).isEqualTo("x");
        assertThat(Samples.header(onlySent(), "spillway.origin")).isEqualTo("in-0@0");
        assertThat(line.ledger().settled()).isEqualTo(1);
    }

    @Test
    void results_leave_together_when_the_last_piece_has_passed_in_the_order_in_which_they_were_forwarded()
            throws InterruptedException {
        workInFirst(line.next(), forwarding("a", "b", "c"));
        List<Delivery> pieces = List.of(taken(), taken(), taken());
        for (int i : new int[] {2, 0}) {
            String value = "result " + i;
            handler(second, new ResultOutlet("second"), forwarding(value, value + "'"))
                    .handle(pieces.subList(i, i + 1), token);
        }
        assertThat(line.sent()).isEmpty();
        assertThat(line.ledger().settled()).isZero();

        handler(second, new ResultOutlet("second"), forwarding()).handle(pieces.subList(1, 2), token);

        assertThat(results()).containsExactly("result 0 1/4", "result 0' 2/4", "result 2 3/4", "result 2' 4/4");
        assertThat(line.ledger().settled()).isEqualTo(1);
    }

    @Test
    void a_record_that_a_stage_forwards_nothing_of_is_processed_without_a_result() throws InterruptedException {
        workInFirst(line.next(), forwarding());

        assertThat(line.sent()).isEmpty();
        assertThat(second.depth()).isZero();
        assertThat(line.ledger().settled()).isEqualTo(1);
    }

    @Test
    void a_record_is_a_dead_letter_as_a_whole_when_one_piece_of_it_fails() throws InterruptedException {
        workInFirst(line.next(), forwarding("a", "b", "c"));
        workInSecond(forwarding("done"));
        workInSecond(failing());

        assertThat(Samples.sent(line.sent())).containsExactly("dead-letters in-0@0");
        assertThat(onlySent().value()).as("the input's").isEqualTo(bytes("value"));
        assertThat(Samples.header(onlySent(), "spillway.stage")).isEqualTo("second");
        assertThat(Samples.header(onlySent(), "spillway.attempts")).isEqualTo("1");
        workInSecond(counting());
        assertThat(calls).as("the rest of it comes to nothing").isZero();
        assertThat(line.sent()).hasSize(1);
        assertThat(line.ledger().settled()).isEqualTo(1);
    }

    @Test
    void a_failure_in_the_first_stage_is_named_after_that() throws InterruptedException {
        workInFirst(line.next(), failing());

        assertThat(Samples.header(onlySent(), "spillway.stage")).isEqualTo("first");
    }

    @Test
    void a_single_stage_is_not_named() throws InterruptedException {
        handler(first, new ResultOutlet(null), failing()).handle(List.of(line.next()), token);

        assertThat(onlySent().headers().lastHeader("spillway.stage")).isNull();
    }

    @Test
    void a_piece_that_is_shed_drops_its_record_and_the_tombstone_names_the_stage() throws InterruptedException {
        second(1, ShedPolicies.DROP_OLDEST);
        workInFirst(line.next(), forwarding("old"));
        workInFirst(line.next(), forwarding("new"));

        assertThat(Samples.sent(line.sent())).containsExactly("drops in-0@0");
        assertThat(Samples.header(onlySent(), "spillway.reason")).isEqualTo("DROP_OLDEST");
        assertThat(Samples.header(onlySent(), "spillway.stage")).isEqualTo("second");
        assertThat(onlySent().key()).as("the input's").isEqualTo(bytes("key"));
        workInSecond(forwarding("result"));
        assertThat(results()).containsExactly("result");
        assertThat(line.ledger().settled()).isEqualTo(2);
    }

    @Test
    void a_record_whose_pieces_shed_each_other_leaves_one_tombstone_and_no_result() throws InterruptedException {
        second(1, ShedPolicies.DROP_NEWEST);
        workInFirst(line.next(), forwarding("a", "b", "c"));
        workInSecond(forwarding("result"));

        assertThat(Samples.sent(line.sent())).containsExactly("drops in-0@0");
        assertThat(line.ledger().settled()).isEqualTo(1);
    }

    @Test
    void of_a_record_that_has_its_outcome_nothing_more_is_handed_over() throws InterruptedException {
        second(1, ShedPolicies.DROP_NEWEST);

        workInFirst(line.next(), forwarding("a", "b", "c"));

        assertThat(second.snapshot().shed())
                .as("c is not even offered")
                .containsExactly(Map.entry(ShedReason.DROP_NEWEST, 1L));
    }

    @Test
    void a_piece_waits_from_when_it_is_handed_over() throws InterruptedException {
        time.advance(Duration.ofSeconds(5));

        workInFirst(line.next(), forwarding("a"));

        assertThat(taken().queuedAtNanos()).isEqualTo(time.nanoTime());
    }

    @Test
    void a_piece_that_fills_the_queue_alone_is_handed_over() throws InterruptedException {
        workInFirst(line.next(), forwarding("v".repeat(BYTES - "key".length())));

        assertThat(taken().size()).isEqualTo(BYTES);
        assertThat(line.sent()).isEmpty();
    }

    @Test
    void a_piece_that_no_queue_could_hold_makes_a_dead_letter() throws InterruptedException {
        workInFirst(line.next(), forwarding("x".repeat(BYTES)));

        assertThat(Samples.sent(line.sent())).containsExactly("dead-letters in-0@0");
        assertThat(Samples.header(onlySent(), "spillway.reason")).contains("1003 bytes", "queue.capacity.bytes=1000");
        assertThat(Samples.header(onlySent(), "spillway.stage")).isEqualTo("second");
    }

    @Test
    void one_record_becomes_no_more_pieces_and_results_than_one_processor_may_forward() throws InterruptedException {
        second(2, ShedPolicies.BLOCK);
        workInFirst(line.next(), forwarding("a", "b"));
        for (int i = 0; i < 2; i++) {
            workInSecond((record, context) -> {
                for (int n = 0; n < ProcessorContext.MAX_RESULTS / 2 + 1; n++) {
                    context.forward(bytes("r"));
                }
            });
        }

        assertThat(Samples.sent(line.sent())).containsExactly("dead-letters in-0@0");
        assertThat(Samples.header(onlySent(), "spillway.reason")).contains("more than 10000 results");
    }

    @Test
    void the_results_of_one_record_have_no_more_bytes_than_one_processor_may_forward() throws InterruptedException {
        int pieces = 40;
        String[] forwarded = new String[pieces];
        Arrays.fill(forwarded, "piece");
        workInFirst(line.next(), forwarding(forwarded));
        byte[] large = new byte[1_000_000];

        for (int i = 0; i < 35; i++) {
            workInSecond((record, context) -> context.forward(large));
        }

        assertThat(results()).isEmpty();
        assertThat(Samples.sent(line.sent())).containsExactly("dead-letters in-0@0");
        assertThat(Samples.header(onlySent(), "spillway.reason")).contains("33554432 bytes of results for one record");
        assertThat(Samples.header(onlySent(), "spillway.stage")).isEqualTo("second");
    }

    @Test
    void a_piece_that_fails_waits_in_its_own_stage_and_has_attempts_of_its_own() throws InterruptedException {
        workInFirst(line.next(), (record, context) -> {
            if (record.attempt() == 1) {
                throw new IllegalStateException("not yet");
            }
            context.forward(bytes("a"));
        });
        assertThat(first.snapshot().parked()).isEqualTo(1);
        time.advance(Duration.ofMillis(100));
        workInFirst(((TakeResult.Taken<Delivery>) first.tryTake()).item(), forwarding("a"));
        workInSecond((record, context) -> {
            assertThat(record.attempt()).isEqualTo(1);
            throw new IllegalStateException("not yet");
        });

        assertThat(first.snapshot().parked()).isZero();
        assertThat(second.snapshot().parked()).isEqualTo(1);
        time.advance(Duration.ofMillis(100));
        workInSecond((record, context) -> {
            assertThat(record.attempt()).isEqualTo(2);
            throw new IllegalStateException("never");
        });
        assertThat(Samples.header(onlySent(), "spillway.attempts")).isEqualTo("2");
        assertThat(Samples.header(onlySent(), "spillway.stage")).isEqualTo("second");
    }

    @Test
    void pieces_wait_for_what_their_input_record_waits_for_whatever_key_they_have() throws InterruptedException {
        Delivery delivery = line.next();
        workInFirst(delivery, (record, context) -> context.forward(bytes("another key"), bytes("v")));

        Delivery piece = taken();
        assertThat(piece.lane(Ordering.KEY)).isEqualTo(delivery.lane(Ordering.KEY));
        assertThat(piece.lane(Ordering.PARTITION)).isEqualTo(delivery.lane(Ordering.PARTITION));
    }

    @Test
    void of_an_aborted_epoch_nothing_is_handed_over_or_settled() throws InterruptedException {
        Delivery before = line.next();
        workInFirst(before, forwarding("a"));
        line.abort();

        assertThat(taken().isDiscarded()).isTrue();
        workInFirst(line.next(), counting());
        assertThat(calls).isZero();
        assertThat(second.depth()).isZero();
        assertThat(line.ledger().settled()).isZero();
    }

    @Test
    void of_an_aborted_epoch_nothing_stays_queued_or_parked_behind_the_first_stage() throws InterruptedException {
        StageChain chain = new StageChain(
                List.of(new Stage("first", first, nobody(first)), new Stage("second", second, nobody(second))));
        workInFirst(line.next(), forwarding("a", "b"));
        second.park(taken(), Duration.ofSeconds(1));
        chain.forgetDiscarded();
        assertThat(second.snapshot().depth() + second.snapshot().parked())
                .as("it is alive")
                .isEqualTo(2);

        line.abort();
        chain.forgetDiscarded();

        assertThat(second.snapshot().depth() + second.snapshot().parked()).isZero();
    }

    private Workers nobody(ShedQueue<Delivery> queue) {
        return new Workers(1, queue, Work.of(forwarding()), cpuPool, retry, line.spoiled(), time, new Random(1));
    }

    @Test
    void a_full_queue_lets_the_worker_wait_until_there_is_room() throws InterruptedException {
        second(1, ShedPolicies.BLOCK);
        workInFirst(line.next(), forwarding("a"));
        var waiting = crew.start("worker", () -> {
            workInFirst(line.next(), forwarding("b"));
            return null;
        });

        waiting.awaitWaiting();
        assertThat(handOver.isWaiting()).as("is not busy").isTrue();
        assertThat(second.depth()).isEqualTo(1);
        workInSecond(forwarding("result a"));
        waiting.result();

        assertThat(handOver.isWaiting()).isFalse();
        workInSecond(forwarding("result b"));
        assertThat(results()).containsExactly("result a", "result b");
    }

    @Test
    void a_rendezvous_hands_over_only_to_a_worker_that_waits() throws InterruptedException {
        second(0, ShedPolicies.BLOCK);
        var handing = crew.start("first's worker", () -> {
            workInFirst(line.next(), forwarding("a"));
            return null;
        });
        handing.awaitWaiting();
        assertThat(second.depth()).isZero();

        List<Delivery> batch = new ArrayList<>();
        second.takeBatch(batch, 1);
        handing.result();

        assertThat(batch).singleElement().isInstanceOf(Piece.class);
    }

    @Test
    void a_cancellation_ends_the_wait_and_nothing_is_settled() throws InterruptedException {
        second(1, ShedPolicies.BLOCK);
        workInFirst(line.next(), forwarding("a"));
        var waiting = crew.start("worker", () -> {
            workInFirst(line.next(), forwarding("b"));
            return null;
        });
        waiting.awaitWaiting();
        token.cancel("a test");
        waiting.interrupt();

        assertThat(waiting.failure()).isInstanceOf(InterruptedException.class);
        assertThat(line.ledger().settled()).isZero();
    }

    @Test
    void a_queue_that_is_closed_takes_nothing_and_the_record_stays_unsettled() throws InterruptedException {
        second.close();
        workInFirst(line.next(), forwarding("a"));

        assertThat(line.sent()).isEmpty();
        assertThat(line.ledger().settled()).isZero();
    }

    @Test
    void a_record_whose_results_kafka_refused_before_is_nobodys_fault() throws InterruptedException {
        Delivery delivery = line.next();
        line.spoil(delivery, new IllegalStateException("refused"));
        workInFirst(delivery, forwarding("a"));

        assertThat(Samples.sent(line.sent())).containsExactly("dead-letters in-0@0");
        assertThat(onlySent().headers().lastHeader("spillway.stage")).isNull();
    }
}
