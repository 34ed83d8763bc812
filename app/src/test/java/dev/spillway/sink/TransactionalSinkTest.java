package dev.spillway.sink;

import static dev.spillway.sink.Samples.GROUP;
import static dev.spillway.sink.Samples.IN;
import static dev.spillway.sink.Samples.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spillway.config.Tombstones;
import dev.spillway.flow.PassingTime;
import dev.spillway.flow.ShedReason;
import dev.spillway.ledger.Ledger;
import dev.spillway.ledger.PartitionId;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.FencedInstanceIdException;
import org.apache.kafka.common.errors.GroupAuthorizationException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.InvalidTxnStateException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class TransactionalSinkTest {
    @SuppressWarnings("removal") // what replaces it is an interface that only a consumer makes
    private static final Map<TopicPartition, OffsetAndMetadata> OFFSETS = Map.of(IN, new OffsetAndMetadata(8));

    private final List<TestProducer> producers = new ArrayList<>();
    private final Queue<Runnable> steps = new ArrayDeque<>();
    private final AtomicInteger changes = new AtomicInteger();
    private final Ledger ledger = new Ledger(() -> {});
    /** What the group has committed, when somebody asks. */
    private final Map<TopicPartition, Long> committed = new HashMap<>();

    private final PassingTime time = new PassingTime();
    private final SpoiledOrigins spoiled = new SpoiledOrigins();
    private final TransactionalSink sink = another();
    private long nextOffset;
    /** How many more times a producer gets no answer when it registers. */
    private int unreachable;
    /** How many more times no producer can be made, because nobody knows the brokers' names. */
    private int unresolvable;

    /** Knows its index, and what it was told in which order. */
    private final class TestProducer extends MockProducer<byte @Nullable [], byte @Nullable []> {
        private final int index;
        private final List<String> calls = new ArrayList<>();
        private int timeouts;
        private int flushes;
        private @Nullable Error error;
        private @Nullable ConsumerGroupMetadata group;

        TestProducer(int index) {
            super(true, null, new ByteArraySerializer(), new ByteArraySerializer());
            this.index = index;
        }

        @Override
        public void sendOffsetsToTransaction(
                Map<TopicPartition, OffsetAndMetadata> offsets, ConsumerGroupMetadata metadata) {
            calls.add("offsets");
            timeOut();
            group = metadata;
            super.sendOffsetsToTransaction(offsets, metadata);
        }

        @Override
        public void commitTransaction() {
            calls.add("commit");
            timeOut();
            if (error != null) {
                throw error;
            }
            super.commitTransaction();
        }

        @Override
        public synchronized void flush() {
            flushes++;
            super.flush();
        }

        @Override
        public void initTransactions() {
            if (unreachable > 0) {
                unreachable--;
                time.advance(Duration.ofSeconds(10));
                throw new TimeoutException("no answer");
            }
            super.initTransactions();
        }

        private void timeOut() {
            if (timeouts > 0) {
                timeouts--;
                throw new TimeoutException("no answer");
            }
        }
    }

    private Producer<byte @Nullable [], byte @Nullable []> produce(int index) {
        if (unresolvable > 0) {
            unresolvable--;
            throw new KafkaException(
                    "Failed to construct kafka producer",
                    new ConfigException("No resolvable bootstrap urls given in bootstrap.servers"));
        }
        TestProducer producer = new TestProducer(index);
        producers.add(producer);
        return producer;
    }

    @BeforeEach
    void initialise() {
        sink.initialise(() -> true);
    }

    private TransactionalSink another() {
        return another(Tombstones.RECORD);
    }

    private TransactionalSink another(Tombstones tombstones) {
        return new TransactionalSink(
                this::produce,
                Samples.outputs(time, tombstones),
                spoiled,
                new Transactions(false, (member, goOn) -> true, partitions -> committed),
                steps::add,
                changes::incrementAndGet);
    }

    private TransactionalSink sinkOf(Transactions transactions) {
        return new TransactionalSink(
                this::produce,
                Samples.outputs(time),
                new SpoiledOrigins(),
                transactions,
                steps::add,
                changes::incrementAndGet);
    }

    @Test
    void at_the_start_the_broker_has_a_minute_to_answer() {
        unreachable = 5;
        another().initialise(() -> true);

        unreachable = 7;
        assertThatThrownBy(() -> another().initialise(() -> true)).isInstanceOf(TimeoutException.class);
        assertThat(unreachable).isEqualTo(1);
    }

    @Test
    void who_is_told_to_end_while_it_registers_does_not_use_up_that_minute() {
        unreachable = 7;

        assertThatThrownBy(() -> another().initialise(() -> unreachable > 5)).isInstanceOf(TimeoutException.class);

        assertThat(unreachable).isEqualTo(5);
    }

    private void runSteps() {
        for (Runnable step = steps.poll(); step != null; step = steps.poll()) {
            step.run();
        }
    }

    private Publisher openWithOneRecord() throws OutputTooLargeException {
        Publisher publisher = sink.open();
        Samples.process(
                publisher,
                Samples.admitted(Samples.record(IN, nextOffset++), ledger, publisher),
                List.of(new Output(bytes("k"), bytes("v"), null)));
        return publisher;
    }

    private Publisher openWithRange(TransactionalSink of, long first, long last) {
        Publisher publisher = of.open();
        Run run = new Run(ledger.account(new PartitionId(IN.topic(), IN.partition())), publisher);
        List<Delivery> shed = new ArrayList<>();
        for (long offset = first; offset <= last; offset++) {
            Delivery delivery = new Delivery(Samples.record(IN, offset));
            delivery.moveTo(run);
            run.account().consume(offset);
            publisher.decideDropped(delivery, ShedReason.DROP_OLDEST);
            shed.add(delivery);
        }
        Publisher.publishAll(shed);
        return publisher;
    }

    @Test
    void a_tombstone_of_several_records_is_committed_with_its_epoch_or_not_at_all() {
        TransactionalSink ranges = another(Tombstones.RANGE);
        ranges.initialise(() -> true);
        List<TestProducer> own = producers.subList(producers.size() - 3, producers.size());
        Publisher committing = openWithRange(ranges, 0, 7);
        Publisher aborted = openWithRange(ranges, 8, 20);
        assertThat(ledger.settled()).isEqualTo(21);

        var done = ranges.commit(committing, OFFSETS, GROUP);
        ranges.abort(aborted);
        runSteps();

        assertThat(done).isCompleted();
        assertThat(own.stream().flatMap(producer -> Samples.sent(producer.history()).stream()))
                .containsExactly("drops in-0@0..7");
    }

    @Test
    void a_tombstone_of_several_records_that_kafka_refuses_is_fatal() {
        TransactionalSink ranges = another(Tombstones.RANGE);
        ranges.initialise(() -> true);
        TestProducer first = producers.get(producers.size() - 3);
        first.sendException = new RecordTooLargeException("too large");

        Publisher publisher = openWithRange(ranges, 0, 7);

        assertThat(publisher.pollFailure()).isInstanceOf(SendFailure.Fatal.class);
        assertThat(ledger.settled()).isZero();
    }

    private static Throwable failureOf(CompletableFuture<?> future) {
        assertThat(future).isCompletedExceptionally();
        return future.handle((result, failure) -> failure).join();
    }

    @Test
    void all_transactional_ids_are_registered_before_the_first_epoch() {
        assertThat(producers).extracting(producer -> producer.index).containsExactly(0, 1, 2);
        assertThat(producers)
                .allSatisfy(producer ->
                        assertThat(producer.transactionInitialized()).isTrue());
    }

    @Test
    void a_producer_that_has_committed_rests_for_an_epoch() throws OutputTooLargeException {
        List<Integer> took = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            Publisher publisher = openWithOneRecord();
            took.add(openProducer().index);
            var unused = sink.commit(publisher, OFFSETS, GROUP);
            runSteps();
        }

        assertThat(took).containsExactly(0, 1, 2, 0);
    }

    @Test
    void a_refusal_is_remembered_until_its_record_is_committed() throws OutputTooLargeException {
        Delivery refused = new Delivery(Samples.record(IN, 0));
        spoiled.remember(refused.origin(), new RecordTooLargeException("too large"));

        sink.abort(openWithOneRecord());
        runSteps();
        assertThat(spoiled.reasonFor(refused)).isPresent();

        commitAnEpoch();
        assertThat(spoiled.reasonFor(refused)).isEmpty();
    }

    private void commitAnEpoch() throws OutputTooLargeException {
        var unused = sink.commit(openWithOneRecord(), OFFSETS, GROUP);
        runSteps();
    }

    private TestProducer openProducer() {
        return producers.stream()
                .filter(producer -> producer.transactionInFlight())
                .findFirst()
                .orElseThrow();
    }

    @Test
    void the_next_epoch_fills_another_producer_while_one_commits() throws OutputTooLargeException {
        Publisher first = openWithOneRecord();
        Publisher second = openWithOneRecord();

        assertThat(sink.canOpen()).isFalse();
        assertThat(producers.get(0).uncommittedRecords()).hasSize(1);
        assertThat(producers.get(1).uncommittedRecords()).hasSize(1);

        var unused = sink.commit(first, OFFSETS, GROUP);
        assertThat(sink.canOpen()).isFalse();
        runSteps();

        assertThat(sink.canOpen()).isTrue();
        openWithOneRecord();
        assertThat(producers.get(1).uncommittedRecords()).hasSize(1);
        assertThat(producers.get(2).uncommittedRecords()).hasSize(1);
        assertThat(second.isClosed()).isFalse();
    }

    @Test
    void no_third_epoch_can_be_opened() {
        sink.open();
        sink.open();

        assertThatThrownBy(sink::open).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void the_loop_does_not_wait_for_a_commit() throws OutputTooLargeException {
        var done = sink.commit(openWithOneRecord(), OFFSETS, GROUP);

        assertThat(done).isNotDone();
        assertThat(producers.get(0).transactionCommitted()).isFalse();

        runSteps();
        assertThat(done).isCompletedWithValue(null);
        assertThat(changes).hasValue(1);
    }

    @Test
    void offsets_and_membership_are_part_of_the_transaction() throws OutputTooLargeException {
        var unused = sink.commit(openWithOneRecord(), OFFSETS, GROUP);
        runSteps();

        TestProducer producer = producers.get(0);
        assertThat(producer.calls).containsExactly("offsets", "commit");
        assertThat(producer.consumerGroupOffsetsHistory()).containsExactly(Map.of(GROUP.groupId(), OFFSETS));
        assertThat(producer.group).isSameAs(GROUP);
        assertThat(Samples.sent(producer.history())).containsExactly("out in-0@0");
    }

    @Test
    void a_step_that_gets_no_answer_is_tried_again() throws OutputTooLargeException {
        producers.get(0).timeouts = 2;

        var done = sink.commit(openWithOneRecord(), OFFSETS, GROUP);
        runSteps();

        assertThat(done).isCompletedWithValue(null);
        assertThat(producers.get(0).calls).containsExactly("offsets", "offsets", "offsets", "commit");
    }

    @Test
    void nothing_is_tried_again_while_closing() throws OutputTooLargeException {
        producers.get(0).timeouts = Integer.MAX_VALUE;
        var done = sink.commit(openWithOneRecord(), OFFSETS, GROUP);

        sink.stopRetrying();
        runSteps();

        assertThat(failureOf(done)).isInstanceOf(EpochAbortedException.class).hasMessageContaining("no answer");
    }

    @Test
    void a_commit_that_kafka_refuses_aborts_the_epoch() throws OutputTooLargeException {
        producers.get(0).commitTransactionException = new InvalidProducerEpochException("timed out");

        var done = sink.commit(openWithOneRecord(), OFFSETS, GROUP);
        runSteps();

        assertThat(failureOf(done)).isInstanceOf(EpochAbortedException.class).hasMessageContaining("timed out");
        assertThat(changes).hasValue(1);
    }

    @Test
    void a_commit_that_was_made_counts_whatever_the_answer_to_it_was() throws OutputTooLargeException {
        producers.get(0).commitTransactionException = new InvalidTxnStateException("committed already");
        committed.put(IN, 8L);

        var done = sink.commit(openWithOneRecord(), OFFSETS, GROUP);
        runSteps();

        assertThat(done).isCompletedWithValue(null);
        assertThat(producers.get(0).closed()).isTrue();
        commitAnEpoch();
        commitAnEpoch();
        commitAnEpoch();
        assertThat(producers.get(3).index).isZero();
        assertThat(Samples.sent(producers.get(3).history()))
                .as("by its successor")
                .hasSize(1);
    }

    @Test
    void what_became_of_a_commit_is_asked_when_nothing_can_be_decided_any_more() throws OutputTooLargeException {
        producers.get(0).commitTransactionException = new InvalidTxnStateException("aborted");
        unreachable = 1;

        var done = sink.commit(openWithOneRecord(), OFFSETS, GROUP);
        runSteps();

        assertThat(failureOf(done)).isInstanceOf(EpochAbortedException.class);
        assertThat(producers.get(3).index).isZero();
        assertThat(producers.get(3).transactionInitialized()).isTrue();
    }

    /** The latter is the answer to a member with a name whose membership is over, be it that it has joined again itself. */
    static Stream<KafkaException> refusalsOfOffsets() {
        return Stream.of(
                new KafkaException("not a member any more"), new FencedInstanceIdException("another member id"));
    }

    @ParameterizedTest
    @MethodSource("refusalsOfOffsets")
    void offsets_that_kafka_refuses_abort_the_epoch_before_anything_is_committed(KafkaException refusal)
            throws OutputTooLargeException {
        producers.get(0).sendOffsetsToTransactionException = refusal;

        var done = sink.commit(openWithOneRecord(), OFFSETS, GROUP);
        runSteps();

        assertThat(failureOf(done)).isInstanceOf(EpochAbortedException.class);
        assertThat(producers.get(0).calls).containsExactly("offsets");
    }

    @Test
    @SuppressWarnings("removal") // as above
    void who_is_fenced_asks_by_the_membership_of_the_moment() throws OutputTooLargeException {
        List<@Nullable ConsumerGroupMetadata> asked = new ArrayList<>();
        TransactionalSink joining = sinkOf(new Transactions(
                false,
                (member, goOn) -> {
                    asked.add(member.get());
                    return true;
                },
                partitions -> committed));
        joining.initialise(() -> true);
        Publisher publisher = joining.open();
        producers.get(3).fenceProducer();
        var done = joining.commit(publisher, OFFSETS, GROUP);
        ConsumerGroupMetadata anew = new ConsumerGroupMetadata("app", 8, "another id", Optional.of("name"));

        joining.joinedAs(anew);
        runSteps();

        assertThat(failureOf(done)).isInstanceOf(SinkException.class);
        assertThat(asked).containsOnly(anew);
    }

    @Test
    void a_fenced_producer_is_the_end() throws OutputTooLargeException {
        Publisher publisher = openWithOneRecord();
        producers.get(0).fenceProducer();

        var done = sink.commit(publisher, OFFSETS, GROUP);
        runSteps();

        assertThat(failureOf(done)).isInstanceOf(SinkException.class).hasCauseInstanceOf(ProducerFencedException.class);

        sink.abort(publisher);
        runSteps();
        assertThat(producers).as("nobody registers against who has taken over").hasSize(3);
    }

    @Test
    void a_producer_that_may_hold_offsets_of_an_epoch_that_was_not_committed_is_replaced()
            throws OutputTooLargeException {
        TestProducer holding = producers.get(0);
        holding.sendOffsetsToTransactionException = new InvalidProducerEpochException("timed out");
        Publisher publisher = openWithOneRecord();

        var done = sink.commit(publisher, OFFSETS, GROUP);
        runSteps();
        assertThat(failureOf(done)).isInstanceOf(EpochAbortedException.class);
        sink.abort(publisher);
        runSteps();

        assertThat(holding.closed()).isTrue();
        assertThat(producers).hasSize(4);
        assertThat(producers.get(3).transactionInitialized()).isTrue();
    }

    @Test
    void an_epoch_whose_commit_failed_keeps_its_producer_until_it_is_aborted() throws OutputTooLargeException {
        producers.get(0).commitTransactionException = new InvalidProducerEpochException("timed out");
        Publisher first = openWithOneRecord();
        openWithOneRecord();
        var unused = sink.commit(first, OFFSETS, GROUP);
        runSteps();
        assertThat(sink.canOpen()).isFalse();

        sink.abort(first);
        runSteps();
        assertThat(sink.canOpen()).isTrue();
    }

    @Test
    void an_aborted_epoch_sends_nothing_more_and_is_never_seen() throws OutputTooLargeException {
        Publisher publisher = openWithOneRecord();
        Delivery late = Samples.admitted(Samples.record(IN, nextOffset), ledger, publisher);

        sink.abort(publisher);
        Samples.process(publisher, late, List.of(new Output(bytes("k"), bytes("late"), null)));
        runSteps();

        assertThat(producers.get(0).transactionAborted()).isTrue();
        assertThat(producers.get(0).history()).isEmpty();
        assertThat(producers.get(0).uncommittedRecords()).isEmpty();
    }

    @Test
    void an_abort_gives_its_producer_back() throws OutputTooLargeException {
        Publisher first = openWithOneRecord();
        Publisher second = openWithOneRecord();

        sink.abort(first);
        assertThat(sink.canOpen()).isFalse();
        runSteps();

        assertThat(sink.canOpen()).isTrue();
        assertThat(changes).hasValue(1);
        commitAnEpoch();
        sink.abort(second);
        runSteps();
        commitAnEpoch();
        assertThat(Samples.sent(producers.get(0).history())).containsExactly("out in-0@3");
    }

    @Test
    void a_producer_that_cannot_abort_is_replaced() throws OutputTooLargeException {
        Publisher publisher = openWithOneRecord();
        producers.get(0).abortTransactionException = new TimeoutException("no answer");

        sink.abort(publisher);
        runSteps();

        assertThat(producers).hasSize(4);
        assertThat(producers.get(0).closed()).isTrue();
        assertThat(producers.get(3).index).isZero();
        assertThat(producers.get(3).transactionInitialized()).isTrue();

        commitAnEpoch();
        commitAnEpoch();
        commitAnEpoch();
        assertThat(Samples.sent(producers.get(3).history())).containsExactly("out in-0@3");
    }

    @Test
    void a_broker_that_stays_away_while_an_epoch_is_aborted_is_waited_for() throws OutputTooLargeException {
        Publisher publisher = openWithOneRecord();
        producers.get(0).abortTransactionException = new TimeoutException("no answer");
        unreachable = 2;

        sink.abort(publisher);
        runSteps();

        assertThat(sink.canOpen()).isTrue();
        commitAnEpoch();
        commitAnEpoch();
        commitAnEpoch();
        assertThat(Samples.sent(producers.get(producers.size() - 1).history())).containsExactly("out in-0@3");
    }

    @Test
    void a_name_service_that_is_away_with_the_brokers_is_waited_for_while_an_epoch_is_aborted()
            throws OutputTooLargeException {
        Publisher publisher = openWithOneRecord();
        producers.get(0).abortTransactionException = new TimeoutException("no answer");
        unresolvable = 3;

        sink.abort(publisher);
        runSteps();

        assertThat(unresolvable).isZero();
        assertThat(sink.canOpen()).isTrue();
        assertThat(producers.get(3).transactionInitialized()).isTrue();
    }

    @Test
    void a_name_service_that_is_away_with_the_brokers_is_waited_for_while_it_is_asked_what_became_of_a_commit()
            throws OutputTooLargeException {
        producers.get(0).commitTransactionException = new InvalidTxnStateException("committed already");
        committed.put(IN, 8L);
        unresolvable = 3;

        var done = sink.commit(openWithOneRecord(), OFFSETS, GROUP);
        runSteps();

        assertThat(done).isCompletedWithValue(null);
    }

    @Test
    void an_error_in_a_commit_is_an_answer_too() throws OutputTooLargeException {
        producers.get(0).error = new OutOfMemoryError("Java heap space");

        var done = sink.commit(openWithOneRecord(), OFFSETS, GROUP);
        try {
            runSteps();
        } catch (OutOfMemoryError e) {
            // the executor's thread dies of it
        }

        assertThat(done).isCompletedExceptionally();
        assertThat(changes).hasValue(1);
    }

    @Test
    void a_producer_that_is_fenced_while_it_aborts_is_the_end() throws OutputTooLargeException {
        commitAnEpoch();
        Publisher publisher = openWithOneRecord();
        producers.get(1).fenceProducer();

        sink.abort(publisher);
        runSteps();

        assertThatThrownBy(sink::canOpen).isInstanceOf(SinkException.class);
        assertThat(producers).hasSize(3);
    }

    @Test
    void while_nobody_can_say_who_has_taken_over_who_is_fenced_does_not_register_again()
            throws OutputTooLargeException {
        TransactionalSink refused = sinkOf(new Transactions(
                false,
                (member, goOn) -> {
                    throw new GroupAuthorizationException("app");
                },
                partitions -> committed));
        refused.initialise(() -> true);
        Publisher publisher = refused.open();
        producers.get(3).fenceProducer();

        var done = refused.commit(publisher, OFFSETS, GROUP);
        runSteps();

        assertThat(failureOf(done)).isInstanceOf(SinkException.class);
        assertThat(producers).hasSize(6);
    }

    @Test
    void when_nobody_has_taken_over_who_is_fenced_has_outslept_its_transaction_and_goes_on()
            throws OutputTooLargeException {
        TransactionalSink ours = sinkOf(new Transactions(false, (member, goOn) -> false, partitions -> committed));
        ours.initialise(() -> true);
        Publisher publisher = ours.open();
        TestProducer asleep = producers.get(3);
        asleep.fenceProducer();

        var done = ours.commit(publisher, OFFSETS, GROUP);
        runSteps();
        assertThat(failureOf(done)).isInstanceOf(EpochAbortedException.class);
        ours.abort(publisher);
        runSteps();

        assertThat(ours.canOpen()).isTrue();
        assertThat(asleep.closed()).isTrue();
        assertThat(producers).hasSize(7);
        assertThat(producers.get(6).transactionInitialized()).isTrue();
    }

    @Test
    void where_order_is_kept_a_result_waits_for_those_of_the_epoch_before() throws OutputTooLargeException {
        TransactionalSink ordered = sinkOf(new Transactions(true, (member, goOn) -> true, partitions -> committed));
        ordered.initialise(() -> true);
        Publisher first = ordered.open();
        Publisher second = ordered.open();
        Samples.process(
                first,
                Samples.admitted(Samples.record(IN, nextOffset++), ledger, first),
                List.of(new Output(bytes("k"), bytes("v"), null)));
        assertThat(producers.get(3).flushes).isZero();

        Samples.process(
                second,
                Samples.admitted(Samples.record(IN, nextOffset++), ledger, second),
                List.of(new Output(bytes("k"), bytes("v"), null)));

        assertThat(producers.get(3).flushes).isEqualTo(1);
    }

    @Test
    void closing_commits_nothing_and_closes_all() throws OutputTooLargeException {
        Publisher publisher = openWithOneRecord();

        sink.close();

        assertThat(publisher.isClosed()).isTrue();
        assertThat(producers).allSatisfy(producer -> {
            assertThat(producer.closed()).isTrue();
            assertThat(producer.history()).isEmpty();
        });
    }

    @Test
    void an_epoch_that_has_ended_cannot_be_committed() throws OutputTooLargeException {
        Publisher publisher = openWithOneRecord();
        sink.abort(publisher);
        runSteps();

        assertThatThrownBy(() -> sink.commit(publisher, OFFSETS, GROUP)).isInstanceOf(IllegalStateException.class);
    }
}
