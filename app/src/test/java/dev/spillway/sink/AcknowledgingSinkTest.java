package dev.spillway.sink;

import static dev.spillway.sink.Samples.GROUP;
import static dev.spillway.sink.Samples.IN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spillway.flow.ManualTime;
import dev.spillway.ledger.Ledger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class AcknowledgingSinkTest {
    @SuppressWarnings("removal") // what replaces it is an interface that only a consumer makes
    private static final Map<TopicPartition, OffsetAndMetadata> OFFSETS = Map.of(IN, new OffsetAndMetadata(8));

    private final MockProducer<byte @Nullable [], byte @Nullable []> producer = Samples.producer(false);
    private final List<Map<TopicPartition, OffsetAndMetadata>> committed = new ArrayList<>();
    private final CompletableFuture<@Nullable Void> answer = new CompletableFuture<>();
    private final SpoiledOrigins spoiled = new SpoiledOrigins();
    private final AcknowledgingSink sink = new AcknowledgingSink(
            producer,
            Samples.outputs(new ManualTime()),
            spoiled,
            offsets -> {
                committed.add(offsets);
                return answer;
            },
            () -> {});

    @Test
    void offsets_are_committed_through_the_consumer() {
        var done = sink.commit(sink.open(), OFFSETS, GROUP);

        assertThat(committed).containsExactly(OFFSETS);
        assertThat(done).isNotDone();

        answer.complete(null);
        assertThat(done).succeedsWithin(0, TimeUnit.SECONDS);
    }

    @Test
    void a_refusal_is_remembered_until_its_record_is_committed() {
        Delivery refused = new Delivery(Samples.record(IN, 7));
        spoiled.remember(refused.origin(), new RecordTooLargeException("too large"));

        var unused = sink.commit(sink.open(), OFFSETS, GROUP);
        assertThat(spoiled.reasonFor(refused)).isPresent();

        answer.complete(null);
        assertThat(spoiled.reasonFor(refused)).isEmpty();
    }

    @Test
    void records_are_settled_by_their_acknowledgement() throws OutputTooLargeException {
        Ledger ledger = new Ledger(() -> {});
        Publisher publisher = sink.open();
        Samples.process(
                publisher,
                Samples.admitted(Samples.record(IN, 0), ledger, publisher),
                List.of(new Output(null, null, null)));
        assertThat(ledger.settled()).isZero();

        producer.completeNext();

        assertThat(ledger.settled()).isEqualTo(1);
    }

    @Test
    void eight_epochs_may_wait_and_no_more() {
        Publisher first = sink.open();
        for (int i = 1; i < 8; i++) {
            assertThat(sink.canOpen()).isTrue();
            sink.open();
        }
        assertThat(sink.canOpen()).isFalse();
        assertThatThrownBy(sink::open).isInstanceOf(IllegalStateException.class);

        var unused = sink.commit(first, OFFSETS, GROUP);
        assertThat(sink.canOpen()).isFalse();
        answer.complete(null);
        assertThat(sink.canOpen()).isTrue();
    }

    @Test
    void an_abort_makes_room_and_ends_the_epoch() {
        Publisher first = sink.open();
        for (int i = 1; i < 8; i++) {
            sink.open();
        }

        sink.abort(first);

        assertThat(sink.canOpen()).isTrue();
        assertThat(first.isClosed()).isTrue();
        assertThat(committed).isEmpty();
    }

    @Test
    void a_commit_that_failed_makes_room_when_it_is_aborted() {
        Publisher first = sink.open();
        for (int i = 1; i < 8; i++) {
            sink.open();
        }
        var unused = sink.commit(first, OFFSETS, GROUP);
        answer.completeExceptionally(new EpochAbortedException("no", new IllegalStateException()));
        assertThat(sink.canOpen()).isFalse();

        sink.abort(first);

        assertThat(sink.canOpen()).isTrue();
    }

    @Test
    void closing_ends_all_epochs_and_closes_the_producer() {
        Publisher publisher = sink.open();

        sink.close();

        assertThat(publisher.isClosed()).isTrue();
        assertThat(producer.closed()).isTrue();
    }
}
