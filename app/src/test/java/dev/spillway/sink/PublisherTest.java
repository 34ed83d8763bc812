package dev.spillway.sink;

import static dev.spillway.sink.Samples.IN;
import static dev.spillway.sink.Samples.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spillway.flow.Crew;
import dev.spillway.flow.ManualTime;
import dev.spillway.flow.ShedReason;
import dev.spillway.ledger.Ledger;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

@Timeout(60)
class PublisherTest {
    private static final List<Output> ONE = List.of(new Output(bytes("k"), bytes("v"), null));
    private static final List<Output> THREE = List.of(
            new Output(null, bytes("1"), null), new Output(null, bytes("2"), null), new Output(null, bytes("3"), null));

    @RegisterExtension
    final Crew crew = new Crew();

    private final Ledger ledger = new Ledger(() -> {});
    private final SpoiledOrigins spoiled = new SpoiledOrigins();
    private final Settlements settlements = new Settlements(new ManualTime());
    private final AtomicInteger told = new AtomicInteger();
    private final MockProducer<byte @Nullable [], byte @Nullable []> producer = Samples.producer(false);
    private final Publisher whenSent = publisher(Publisher.Settlement.WHEN_SENT);
    private final Publisher whenAcknowledged = publisher(Publisher.Settlement.WHEN_ACKNOWLEDGED);
    private long nextOffset;

    private Publisher publisher(Publisher.Settlement settlement) {
        return publisher(producer, settlement);
    }

    private Publisher publisher(
            MockProducer<byte @Nullable [], byte @Nullable []> through, Publisher.Settlement settlement) {
        return new Publisher(
                through,
                Samples.outputs(new ManualTime()),
                spoiled,
                settlement,
                settlements,
                true,
                KafkaErrors::isFatal,
                told::incrementAndGet);
    }

    private Delivery delivery(Publisher publisher) {
        return Samples.admitted(Samples.record(IN, nextOffset++), ledger, publisher);
    }

    private void failNext(RuntimeException e) {
        assertThat(producer.errorNext(e)).isTrue();
    }

    @Test
    void in_a_transaction_a_record_is_settled_when_its_result_is_sent() throws OutputTooLargeException {
        Samples.process(whenSent, delivery(whenSent), ONE);

        assertThat(ledger.settled()).isEqualTo(1);
        assertThat(producer.history()).hasSize(1);

        producer.completeNext();
        assertThat(ledger.settled()).isEqualTo(1);
    }

    @Test
    void without_a_transaction_a_record_is_settled_when_its_result_is_acknowledged() throws OutputTooLargeException {
        Samples.process(whenAcknowledged, delivery(whenAcknowledged), ONE);
        assertThat(ledger.settled()).isZero();

        producer.completeNext();
        assertThat(ledger.settled()).isEqualTo(1);
    }

    @Test
    void several_results_are_acknowledged_together() throws OutputTooLargeException {
        Samples.process(whenAcknowledged, delivery(whenAcknowledged), THREE);

        producer.completeNext();
        producer.completeNext();
        assertThat(ledger.settled()).isZero();

        producer.completeNext();
        assertThat(ledger.settled()).isEqualTo(1);
    }

    @Test
    void a_record_without_results_is_settled_at_once() throws OutputTooLargeException {
        Samples.process(whenAcknowledged, delivery(whenAcknowledged), List.of());
        Samples.process(whenSent, delivery(whenSent), List.of());

        assertThat(ledger.settled()).isEqualTo(2);
        assertThat(producer.history()).isEmpty();
    }

    @Test
    void every_outcome_is_booked_as_what_it_is() throws OutputTooLargeException {
        Delivery processed = delivery(whenSent);
        Samples.process(whenSent, processed, ONE);
        Samples.drop(whenSent, delivery(whenSent), ShedReason.DROP_NEWEST);
        whenSent.deadLettered(delivery(whenSent), DeadLetterCause.PERMANENT_FAILURE, "no", 1);

        var balance = processed.run().account().balance();
        assertThat(balance.processed()).isEqualTo(1);
        assertThat(balance.dropped()).isEqualTo(1);
        assertThat(balance.deadLettered()).isEqualTo(1);
        assertThat(balance.isBalanced()).isTrue();
        assertThat(Samples.sent(producer.history()))
                .containsExactly("out in-0@0", "drops in-0@1", "dead-letters in-0@2");
    }

    @Test
    void an_outcome_is_decided_once() throws OutputTooLargeException {
        Delivery delivery = delivery(whenSent);

        Samples.drop(whenSent, delivery, ShedReason.DROP_OLDEST);
        Samples.process(whenSent, delivery, ONE);
        whenSent.deadLettered(delivery, DeadLetterCause.PERMANENT_FAILURE, "no", 1);

        assertThat(Samples.sent(producer.history())).containsExactly("drops in-0@0");
        assertThat(ledger.settled()).isEqualTo(1);
    }

    @Test
    void a_result_that_is_too_large_decides_nothing() {
        Delivery delivery = delivery(whenSent);

        assertThatThrownBy(() -> Samples.process(
                        whenSent, delivery, List.of(ONE.get(0), new Output(null, new byte[Samples.MEGABYTE], null))))
                .isInstanceOf(OutputTooLargeException.class);
        assertThat(producer.history()).isEmpty();

        whenSent.deadLettered(delivery, DeadLetterCause.PERMANENT_FAILURE, "too large", 1);
        assertThat(Samples.sent(producer.history())).containsExactly("dead-letters in-0@0");
    }

    @Test
    void nothing_is_sent_or_settled_after_closing() throws OutputTooLargeException {
        whenSent.close();
        whenSent.close();

        Samples.process(whenSent, delivery(whenSent), ONE);
        Samples.drop(whenSent, delivery(whenSent), ShedReason.DROP_NEWEST);
        whenSent.deadLettered(delivery(whenSent), DeadLetterCause.PERMANENT_FAILURE, "no", 1);

        assertThat(producer.history()).isEmpty();
        assertThat(ledger.settled()).isZero();
        assertThat(whenSent.isClosed()).isTrue();
    }

    @Test
    void a_delivery_is_discarded_when_its_epoch_is_closed() {
        Delivery delivery = delivery(whenSent);
        assertThat(delivery.isDiscarded()).isFalse();

        whenSent.close();

        assertThat(delivery.isDiscarded()).isTrue();
    }

    @Test
    void closing_waits_for_a_send_that_is_under_way() {
        CountDownLatch sending = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        var slow =
                new MockProducer<byte @Nullable [], byte @Nullable []>(
                        true, null, new ByteArraySerializer(), new ByteArraySerializer()) {
                    @Override
                    public synchronized Future<RecordMetadata> send(
                            ProducerRecord<byte @Nullable [], byte @Nullable []> record, Callback callback) {
                        sending.countDown();
                        try {
                            goOn.await();
                        } catch (InterruptedException e) {
                            throw new AssertionError(e);
                        }
                        return super.send(record, callback);
                    }
                };
        Publisher publisher = publisher(slow, Publisher.Settlement.WHEN_SENT);
        Delivery delivery = delivery(publisher);

        var worker = crew.start("worker", () -> {
            Samples.process(publisher, delivery, ONE);
            return "sent";
        });
        var loop = crew.start("loop", () -> {
            sending.await();
            publisher.close();
            return slow.history().size();
        });
        loop.awaitWaiting();
        Crew.awaitTrue("the send has not begun", () -> sending.getCount() == 0);
        assertThat(loop.isDone()).isFalse();
        goOn.countDown();

        assertThat(worker.result()).isEqualTo("sent");
        assertThat(loop.result()).isEqualTo(1);
        assertThat(ledger.settled()).isEqualTo(1);
    }

    @Test
    void what_fails_along_with_a_spoiled_result_is_not_spoiled() throws OutputTooLargeException {
        Delivery culprit = delivery(whenSent);
        Delivery neighbour = delivery(whenSent);
        Samples.process(whenSent, culprit, ONE);
        Samples.process(whenSent, neighbour, ONE);
        RecordTooLargeException cause = new RecordTooLargeException("too large");

        producer.errorNext(cause);
        producer.errorNext(cause); // the client ends all that the transaction holds with the same exception

        assertThat(spoiled.reasonFor(culprit)).isPresent();
        assertThat(spoiled.reasonFor(neighbour)).isEmpty();
        assertThat(whenSent.pollFailure()).isInstanceOf(SendFailure.Spoiled.class);
        assertThat(whenSent.pollFailure()).isInstanceOf(SendFailure.Broken.class);
    }

    @Test
    void a_spoiled_result_is_remembered_though_its_epoch_is_aborted_already() throws OutputTooLargeException {
        Delivery delivery = delivery(whenSent);
        Samples.process(whenSent, delivery, ONE);

        whenSent.close();
        producer.errorNext(new RecordTooLargeException("too large"));

        assertThat(spoiled.reasonFor(delivery)).isPresent();
    }

    @Test
    void a_result_that_kafka_refuses_is_spoiled() throws OutputTooLargeException {
        Delivery delivery = delivery(whenSent);
        RecordTooLargeException cause = new RecordTooLargeException("too large");
        Samples.process(whenSent, delivery, ONE);

        failNext(cause);

        assertThat(whenSent.pollFailure()).isEqualTo(new SendFailure.Spoiled(delivery, cause));
        assertThat(whenSent.pollFailure()).isNull();
        assertThat(told).hasValue(1);
    }

    @Test
    void a_record_is_spoiled_once_when_all_of_its_sends_have_ended() throws OutputTooLargeException {
        Delivery delivery = delivery(whenAcknowledged);
        Samples.process(whenAcknowledged, delivery, THREE);

        failNext(new InvalidRecordException("first"));
        producer.completeNext();
        assertThat(whenAcknowledged.pollFailure()).isNull();
        producer.completeNext();

        assertThat(whenAcknowledged.pollFailure()).isInstanceOfSatisfying(SendFailure.Spoiled.class, failure -> {
            assertThat(failure.delivery()).isSameAs(delivery);
            assertThat(failure.cause()).hasMessage("first");
        });
        assertThat(whenAcknowledged.pollFailure()).isNull();
        assertThat(ledger.settled()).isZero();
    }

    @Test
    void a_refusal_is_remembered_though_a_neighbour_never_settles() throws OutputTooLargeException {
        Delivery culprit = delivery(whenAcknowledged);
        Delivery neighbour = delivery(whenAcknowledged);
        assertThat(whenAcknowledged.decideProcessed(culprit, ONE)).isTrue();
        assertThat(whenAcknowledged.decideProcessed(neighbour, ONE)).isTrue();
        Publisher.publishAll(List.of(culprit, neighbour));

        failNext(new InvalidRecordException("no key"));
        failNext(new KafkaException("part of a batch with invalid records"));

        assertThat(whenAcknowledged.pollFailure()).isInstanceOf(SendFailure.Broken.class);
        assertThat(spoiled.reasonFor(culprit)).isPresent();
        assertThat(spoiled.reasonFor(neighbour)).isEmpty();
    }

    @Test
    void a_spoiled_record_becomes_a_dead_letter_instead() throws OutputTooLargeException {
        Delivery delivery = delivery(whenAcknowledged);
        Samples.process(whenAcknowledged, delivery, ONE);
        RecordTooLargeException cause = new RecordTooLargeException("too large");
        failNext(cause);

        whenAcknowledged.deadLetteredInstead(new SendFailure.Spoiled(delivery, cause));
        assertThat(ledger.settled()).isZero();
        producer.completeNext();

        assertThat(delivery.run().account().balance().deadLettered()).isEqualTo(1);
        var letter = producer.history().get(1);
        assertThat(letter.topic()).isEqualTo("dead-letters");
        assertThat(Samples.header(letter, "spillway.reason")).contains("RecordTooLarge", "too large");
    }

    @Test
    void a_tombstone_that_kafka_refuses_is_fatal_and_says_what_to_look_at() {
        Samples.drop(whenAcknowledged, delivery(whenAcknowledged), ShedReason.DROP_OLDEST);

        failNext(new InvalidRecordException("compacted topic needs keys"));

        assertThat(whenAcknowledged.pollFailure())
                .isInstanceOfSatisfying(
                        SendFailure.Fatal.class,
                        fatal -> assertThat(fatal.cause())
                                .isInstanceOf(SinkException.class)
                                .hasMessageContainingAll("tombstone", "in-0@0", "compaction", "max.message.bytes"));
    }

    @Test
    void a_dead_letter_that_kafka_refuses_is_fatal() {
        whenSent.deadLettered(delivery(whenSent), DeadLetterCause.PERMANENT_FAILURE, "no", 1);

        failNext(new RecordTooLargeException("too large"));

        assertThat(whenSent.pollFailure())
                .isInstanceOfSatisfying(
                        SendFailure.Fatal.class,
                        fatal -> assertThat(fatal.cause()).hasMessageContaining("dead letter"));
    }

    @Test
    void a_send_that_got_no_answer_breaks_the_epoch_only() throws OutputTooLargeException {
        for (RuntimeException cause : List.of(new TimeoutException("late"), new InvalidProducerEpochException("old"))) {
            Publisher publisher = publisher(Publisher.Settlement.WHEN_ACKNOWLEDGED);
            Samples.process(publisher, delivery(publisher), ONE);
            failNext(cause);

            assertThat(publisher.pollFailure()).isEqualTo(new SendFailure.Broken(cause));
        }
        assertThat(ledger.settled()).isZero();
    }

    @Test
    void a_send_that_will_never_be_allowed_is_fatal() throws OutputTooLargeException {
        for (RuntimeException cause : List.of(
                new TopicAuthorizationException("out"),
                new ProducerFencedException("fenced"),
                new KafkaException("in an error state", new ProducerFencedException("fenced")))) {
            Publisher publisher = publisher(Publisher.Settlement.WHEN_SENT);
            Samples.process(publisher, delivery(publisher), ONE);
            failNext(cause);

            assertThat(publisher.pollFailure()).isEqualTo(new SendFailure.Fatal(cause));
        }
    }

    @Test
    void what_the_producer_throws_at_once_is_a_failure_like_any_other() throws OutputTooLargeException {
        producer.sendException = new KafkaException("no memory left");

        Samples.process(whenSent, delivery(whenSent), ONE);

        assertThat(whenSent.pollFailure()).isEqualTo(new SendFailure.Broken(producer.sendException));
        assertThat(ledger.settled()).isZero();
        assertThat(told).hasValue(1);
    }

    @Test
    void a_closed_producer_is_a_failure_like_any_other() throws OutputTooLargeException {
        producer.close();

        Samples.process(whenSent, delivery(whenSent), ONE);

        assertThat(whenSent.pollFailure()).isInstanceOf(SendFailure.Broken.class);
    }

    @Test
    void a_failure_of_a_closed_epoch_is_of_no_interest() throws OutputTooLargeException {
        Samples.process(whenSent, delivery(whenSent), ONE);
        whenSent.close();

        failNext(new TimeoutException("late"));

        assertThat(whenSent.pollFailure()).isNull();
        assertThat(told).hasValue(0);
    }

    @Test
    void settling_more_than_was_consumed_is_fatal() throws OutputTooLargeException {
        Delivery delivery = delivery(whenAcknowledged);
        Samples.process(whenAcknowledged, delivery, ONE);
        ledger.seal();
        producer.completeNext();

        whenAcknowledged.deadLetteredInstead(new SendFailure.Spoiled(delivery, new TimeoutException("none")));
        producer.completeNext();

        assertThat(whenAcknowledged.pollFailure()).isInstanceOf(SendFailure.Fatal.class);
    }

    @Test
    void a_result_follows_those_that_another_producer_was_given_before_it() throws OutputTooLargeException {
        MockProducer<byte @Nullable [], byte @Nullable []> other = Samples.producer(false);
        Publisher next = new Publisher(
                other,
                Samples.outputs(new ManualTime()),
                spoiled,
                Publisher.Settlement.WHEN_SENT,
                new Settlements(new ManualTime()),
                true,
                KafkaErrors::isFatal,
                () -> {});
        next.follow(whenSent);
        Delivery first = delivery(whenSent);
        Samples.process(whenSent, first, ONE);
        assertThat(producer.flushed()).isFalse();

        Samples.process(next, delivery(next), ONE);

        assertThat(producer.flushed()).isTrue();
        assertThat(other.history()).hasSize(1);
    }

    @Test
    void what_is_written_is_not_waited_for_again() throws OutputTooLargeException {
        FlushCounter counter = new FlushCounter();
        Publisher before = new Publisher(
                counter,
                Samples.outputs(new ManualTime()),
                spoiled,
                Publisher.Settlement.WHEN_SENT,
                new Settlements(new ManualTime()),
                true,
                KafkaErrors::isFatal,
                () -> {});
        whenSent.follow(before);
        Samples.process(before, delivery(before), ONE);
        Samples.process(before, delivery(before), ONE);
        for (int i = 0; i < 5; i++) {
            Samples.process(whenSent, delivery(whenSent), ONE);
        }
        assertThat(counter.flushes).isEqualTo(1);

        Samples.process(before, delivery(before), ONE);
        Samples.process(whenSent, delivery(whenSent), ONE);

        assertThat(counter.flushes).isEqualTo(2);
    }

    @Test
    void an_epoch_waits_for_the_one_before_it_only() throws OutputTooLargeException {
        FlushCounter counter = new FlushCounter();
        Publisher oldest = new Publisher(
                counter,
                Samples.outputs(new ManualTime()),
                spoiled,
                Publisher.Settlement.WHEN_SENT,
                new Settlements(new ManualTime()),
                true,
                KafkaErrors::isFatal,
                () -> {});
        Samples.process(oldest, delivery(oldest), ONE);
        whenSent.follow(oldest);
        whenAcknowledged.follow(whenSent);

        Samples.process(whenSent, delivery(whenSent), ONE);

        assertThat(counter.flushes).isZero();
    }

    private static final class FlushCounter extends MockProducer<byte @Nullable [], byte @Nullable []> {
        private int flushes;

        FlushCounter() {
            super(false, null, new ByteArraySerializer(), new ByteArraySerializer());
        }

        @Override
        public synchronized void flush() {
            flushes++;
            super.flush();
        }
    }

    @Test
    void what_is_published_together_goes_to_each_ones_own_epoch() throws OutputTooLargeException {
        MockProducer<byte @Nullable [], byte @Nullable []> other = Samples.producer(false);
        Publisher next = publisher(other, Publisher.Settlement.WHEN_SENT);
        List<Delivery> deliveries = List.of(delivery(whenSent), delivery(whenSent), delivery(next), delivery(whenSent));
        for (Delivery delivery : deliveries) {
            delivery.run().publisher().decideProcessed(delivery, ONE);
        }

        Publisher.publishAll(deliveries);

        assertThat(Samples.sent(producer.history())).containsExactly("out in-0@0", "out in-0@1", "out in-0@3");
        assertThat(Samples.sent(other.history())).containsExactly("out in-0@2");
        assertThat(ledger.settled()).isEqualTo(4);
    }

    @Test
    void a_send_that_spoils_the_transaction_ends_what_was_to_be_published_with_it() throws OutputTooLargeException {
        List<Delivery> deliveries = List.of(delivery(whenSent), delivery(whenSent));
        for (Delivery delivery : deliveries) {
            whenSent.decideProcessed(delivery, ONE);
        }
        producer.sendException = new TimeoutException("no room");

        Publisher.publishAll(deliveries);

        assertThat(producer.history()).isEmpty();
        assertThat(ledger.settled()).isZero();
        assertThat(whenSent.pollFailure()).isInstanceOf(SendFailure.Broken.class);
        assertThat(whenSent.pollFailure()).isNull();
    }
}
