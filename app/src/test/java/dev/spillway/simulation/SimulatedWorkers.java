package dev.spillway.simulation;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.spillway.flow.ShedQueue;
import dev.spillway.flow.TakeResult;
import dev.spillway.processor.ServiceTimes;
import dev.spillway.processor.Workers;
import dev.spillway.sink.DeadLetterCause;
import dev.spillway.sink.Delivery;
import dev.spillway.sink.Output;
import dev.spillway.sink.OutputTooLargeException;
import dev.spillway.sink.SpoiledOrigins;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * The workers of an instance: in each step one of them takes a batch, or does something about the first record that it has in hand. All
 * that the simulation knows of workers is here.
 *
 * <p>What a record gives is written in its value: a number of results, or {@code x} for a permanent failure.
 */
final class SimulatedWorkers {
    static final String POISON = "x";
    private static final int MOST_AT_ONCE = 3;

    private final List<Deque<Delivery>> hands = new ArrayList<>();
    private final List<Delivery> parked = new ArrayList<>();
    private final ShedQueue<Delivery> queue;
    private final Workers workers;
    private final SpoiledOrigins spoiled;
    private final Plant plant;
    private final Chance chance;

    SimulatedWorkers(
            int count, ShedQueue<Delivery> queue, Workers workers, SpoiledOrigins spoiled, Plant plant, Chance chance) {
        for (int i = 0; i < count; i++) {
            hands.add(new ArrayDeque<>());
        }
        this.queue = queue;
        this.workers = workers;
        this.spoiled = spoiled;
        this.plant = plant;
        this.chance = chance;
    }

    /** How many results a record gives; -1 when it can never be processed. */
    static int resultsOf(ConsumerRecord<?, byte[]> record) {
        String text = new String(record.value(), UTF_8).strip();
        return text.equals(POISON) ? -1 : Integer.parseInt(text);
    }

    boolean canStep() {
        return queue.depth() > 0 || isBusy();
    }

    boolean isBusy() {
        for (Deque<Delivery> hand : hands) {
            if (!hand.isEmpty()) {
                return true;
            }
        }
        return queue.snapshot().parked() > 0;
    }

    /** What they have taken and not settled, waiting for another attempt or not. */
    Stream<Delivery> inHand() {
        if (queue.snapshot().parked() == 0) {
            parked.clear(); // forgotten by an abort
        }
        return Stream.concat(hands.stream().flatMap(Deque::stream), parked.stream());
    }

    void step() {
        Deque<Delivery> hand = chance.of(hands);
        if (hand.isEmpty()) {
            take(hand);
        } else if (!chance.faultOneIn(5)) { // otherwise it is slow, or tries again
            Delivery delivery = hand.remove();
            plant.handle(delivery, () -> handle(delivery));
            if (!parked.contains(delivery)) {
                queue.release(delivery);
            }
        }
    }

    /** They are interrupted: nothing of what they have is settled. */
    void interrupt() {
        hands.forEach(Deque::clear);
        parked.clear();
    }

    private void take(Deque<Delivery> hand) {
        for (int i = chance.between(1, MOST_AT_ONCE); i > 0; i--) {
            if (queue.tryTake() instanceof TakeResult.Taken<Delivery> taken) {
                parked.remove(taken.item());
                hand.add(taken.item());
            }
        }
    }

    private void handle(Delivery delivery) {
        if (delivery.isDiscarded()) {
            return;
        }
        int results = resultsOf(delivery.record());
        Optional<String> refusal = spoiled.reasonFor(delivery);
        if (refusal.isPresent()) {
            delivery.run().publisher().deadLettered(delivery, DeadLetterCause.REFUSED, refusal.get(), 1);
        } else if (results >= 0 && chance.faultOneIn(8)) {
            queue.park(delivery, Duration.ofMillis(chance.between(0, 300)));
            parked.add(delivery);
        } else if (results < 0 || chance.faultOneIn(20)) {
            delivery.run().publisher().deadLettered(delivery, DeadLetterCause.RETRIES_EXHAUSTED, "no more retries", 2);
        } else {
            process(delivery, results);
        }
        ServiceTimes.add(workers, 1, Duration.ofMillis(chance.between(1, 800)));
    }

    private static void process(Delivery delivery, int results) {
        List<Output> outputs = new ArrayList<>();
        for (int i = 0; i < results; i++) {
            outputs.add(new Output(delivery.record().key(), delivery.record().value(), null));
        }
        try {
            delivery.run().publisher().processed(delivery, outputs);
        } catch (OutputTooLargeException e) {
            throw new AssertionError(e);
        }
    }
}
