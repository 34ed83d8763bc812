package dev.spillway.sink;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.spillway.flow.Time;
import dev.spillway.ledger.Ledger;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JZZ_Result;

/** Of two records that are sent together one is refused and one acknowledged, at the same time: one settles, one is spoiled. */
@JCStressTest
@Outcome(id = "1, true, true", expect = ACCEPTABLE)
@Outcome(expect = FORBIDDEN, desc = "settled too much or too little, or the refusal got lost")
@State
public class AcknowledgementStress {
    private final List<Callback> callbacks = new ArrayList<>();
    private final Ledger ledger = new Ledger(() -> {});
    private final SpoiledOrigins spoiled = new SpoiledOrigins();
    private final Publisher publisher = new Publisher(
            new CallbackProducer(),
            Samples.outputs(Time.system()),
            spoiled,
            Publisher.Settlement.WHEN_ACKNOWLEDGED,
            new Settlements(Time.system()),
            false,
            KafkaErrors::isFatal,
            () -> {});
    private final Delivery refused = Samples.admitted(Samples.record(Samples.IN, 0), ledger, publisher);
    private final Delivery written = Samples.admitted(Samples.record(Samples.IN, 1), ledger, publisher);

    /** Keeps the callbacks for the actors. */
    private final class CallbackProducer extends MockProducer<byte @Nullable [], byte @Nullable []> {
        CallbackProducer() {
            super(false, null, new ByteArraySerializer(), new ByteArraySerializer());
        }

        @Override
        public Future<RecordMetadata> send(
                ProducerRecord<byte @Nullable [], byte @Nullable []> record, Callback callback) {
            callbacks.add(callback);
            return new CompletableFuture<>();
        }
    }

    public AcknowledgementStress() {
        decideProcessed(refused);
        decideProcessed(written);
        Publisher.publishAll(List.of(refused, written));
    }

    private void decideProcessed(Delivery delivery) {
        try {
            publisher.decideProcessed(delivery, List.of(new Output(null, Samples.bytes("v"), null)));
        } catch (OutputTooLargeException e) {
            throw new AssertionError(e);
        }
    }

    @Actor
    public void refuse() {
        callbacks.get(0).onCompletion(null, new RecordTooLargeException("too large"));
    }

    @Actor
    public void acknowledge() {
        callbacks.get(1).onCompletion(null, null);
    }

    @Arbiter
    public void look(JZZ_Result seen) {
        seen.r1 = ledger.settled();
        seen.r2 = publisher.pollFailure() instanceof SendFailure.Spoiled failure
                && failure.delivery() == refused
                && publisher.pollFailure() == null;
        seen.r3 = spoiled.reasonFor(refused).isPresent()
                && spoiled.reasonFor(written).isEmpty();
    }
}
