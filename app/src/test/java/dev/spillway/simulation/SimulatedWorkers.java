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
import dev.spillway.sink.Publisher;
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
 * The workers of an instance: in each step one of them takes a batch, or does something about the first record that it has in hand, or
 * publishes what it has processed. All that the simulation knows of workers is here.
 *
 * <p>What a record gives is written in its value: a number of results, or {@code x} for a permanent failure.
 */
final class SimulatedWorkers {
    static final String POISON = "x";
    private static final int MOST_AT_ONCE = 3;

    private final List<Hand> hands = new ArrayList<>();
    private final List<Delivery> parked = new ArrayList<>();
    private final ShedQueue<Delivery> queue;
    private final Workers workers;
    private final SpoiledOrigins spoiled;
    private final Plant plant;
    private final Chance chance;

    SimulatedWorkers(
            int count, ShedQueue<Delivery> queue, Workers workers, SpoiledOrigins spoiled, Plant plant, Chance chance) {
        for (int i = 0; i < count; i++) {
            hands.add(new Hand());
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
        for (Hand hand : hands) {
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
        return Stream.concat(hands.stream().flatMap(Hand::stream), parked.stream());
    }

    void step() {
        Hand hand = chance.of(hands);
        if (hand.isEmpty()) {
            take(hand.taken);
        } else if (chance.faultOneIn(5)) {
            return; // it is slow, or tries again
        } else if (hand.taken.isEmpty()) {
            publish(hand);
        } else {
            Delivery delivery = hand.taken.remove();
            plant.handle(delivery, () -> handle(delivery, hand));
            if (!parked.contains(delivery) && !hand.processed.contains(delivery)) {
                queue.release(delivery);
            }
        }
    }

    private void publish(Hand hand) {
        List<Delivery> processed = List.copyOf(hand.processed);
        hand.processed.clear();
        Publisher.publishAll(processed);
        queue.releaseAll(processed);
    }

    /** They are interrupted: nothing of what they have is settled. */
    void interrupt() {
        hands.forEach(Hand::clear);
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

    private void handle(Delivery delivery, Hand hand) {
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
            process(delivery, results, hand);
        }
        ServiceTimes.add(workers, 1, Duration.ofMillis(chance.between(1, 800)));
    }

    private static void process(Delivery delivery, int results, Hand hand) {
        List<Output> outputs = new ArrayList<>();
        for (int i = 0; i < results; i++) {
            outputs.add(new Output(delivery.record().key(), delivery.record().value(), null));
        }
        try {
            if (delivery.run().publisher().decideProcessed(delivery, outputs)) {
                hand.processed.add(delivery);
            }
        } catch (OutputTooLargeException e) {
            throw new AssertionError(e);
        }
    }

    /** What one worker has: what it has taken and not tried, and what it has processed and not published. */
    private static final class Hand {
        private final Deque<Delivery> taken = new ArrayDeque<>();
        private final List<Delivery> processed = new ArrayList<>();

        boolean isEmpty() {
            return taken.isEmpty() && processed.isEmpty();
        }

        Stream<Delivery> stream() {
            return Stream.concat(taken.stream(), processed.stream());
        }

        void clear() {
            taken.clear();
            processed.clear();
        }
    }
}
