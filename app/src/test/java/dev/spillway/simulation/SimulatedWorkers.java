package dev.spillway.simulation;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.spillway.flow.OfferResult;
import dev.spillway.flow.ShedQueue;
import dev.spillway.flow.TakeResult;
import dev.spillway.processor.ServiceTimes;
import dev.spillway.processor.Stage;
import dev.spillway.processor.StageChain;
import dev.spillway.sink.DeadLetterCause;
import dev.spillway.sink.Delivery;
import dev.spillway.sink.Output;
import dev.spillway.sink.OutputTooLargeException;
import dev.spillway.sink.Piece;
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
 * <p>What a record gives is written in its value: a number of results, {@code x} for a permanent failure, or {@code r}
 * for two results that the broker never takes. Where there are several
 * stages, the first one makes that many pieces of it, of which each gives one result; the last one finds out what is poison.
 */
final class SimulatedWorkers {
    static final String POISON = "x";
    static final String REFUSED = "r";
    private static final int MOST_AT_ONCE = 3;
    private static final int MOST_PIECES = 1000;
    private static final long MOST_BYTES = 1_000_000;

    private final List<Worker> workers = new ArrayList<>();
    private final List<Delivery> parked = new ArrayList<>();
    private final List<Stage> stages;
    private final SpoiledOrigins spoiled;
    private final Plant plant;
    private final Chance chance;

    /** One of them. What it could not hand over yet, because the next stage's queue is full, comes before anything else. */
    private static final class Worker {
        final int stage;
        final Deque<Delivery> hand = new ArrayDeque<>();
        final List<Delivery> processed = new ArrayList<>();
        final Deque<Piece> toHandOver = new ArrayDeque<>();

        Worker(int stage) {
            this.stage = stage;
        }

        boolean isBusy() {
            return !hand.isEmpty() || !processed.isEmpty() || !toHandOver.isEmpty();
        }
    }

    SimulatedWorkers(int count, StageChain chain, SpoiledOrigins spoiled, Plant plant, Chance chance) {
        this.stages = chain.stages();
        for (int stage = 0; stage < stages.size(); stage++) {
            for (int i = 0; i < count; i++) {
                workers.add(new Worker(stage));
            }
        }
        this.spoiled = spoiled;
        this.plant = plant;
        this.chance = chance;
    }

    /** How many results a record gives; -1 when it can never be processed. */
    static int resultsOf(ConsumerRecord<?, byte[]> record) {
        String text = textOf(record.value());
        return switch (text) {
            case POISON -> -1;
            case REFUSED -> 2;
            default -> Integer.parseInt(text);
        };
    }

    /** Whether a result with this value is one that the broker never takes. */
    static boolean isRefused(byte[] value) {
        return textOf(value).equals(REFUSED);
    }

    private static String textOf(byte[] value) {
        return new String(value, UTF_8).strip();
    }

    boolean canStep() {
        return stages.stream().anyMatch(stage -> stage.queue().depth() > 0) || isBusy();
    }

    boolean isBusy() {
        return workers.stream().anyMatch(Worker::isBusy) || countParked() > 0;
    }

    private int countParked() {
        return stages.stream()
                .mapToInt(stage -> stage.queue().snapshot().parked())
                .sum();
    }

    /** The input records that they have taken and not settled: in a stage's queue but the first one's, waiting for another attempt or not. */
    Stream<Delivery> inHand() {
        if (countParked() == 0) {
            parked.clear(); // forgotten by an abort
        }
        if (stages.size() == 1) {
            return Stream.concat(
                    workers.stream().flatMap(worker -> Stream.concat(worker.hand.stream(), worker.processed.stream())),
                    parked.stream());
        }
        List<Delivery> found = new ArrayList<>(parked);
        stages.subList(1, stages.size()).forEach(stage -> stage.queue().forEach(found::add));
        for (Worker worker : workers) {
            found.addAll(worker.toHandOver);
            worker.hand.stream().skip(worker.toHandOver.isEmpty() ? 0 : 1).forEach(found::add);
        }
        return found.stream()
                .filter(delivery -> !(delivery instanceof Piece) || !delivery.isDiscarded())
                .map(Delivery::input)
                .distinct();
    }

    void step() {
        if (stages.size() == 1) {
            step(chance.of(workers));
        } else if (chance.isCalm()) {
            stages.forEach(
                    stage -> step(chance.of(ofStage(stages.indexOf(stage))))); // time is short, and the way is long
        } else {
            step(chance.of(ofStage(chance.below(stages.size()))));
        }
    }

    private List<Worker> ofStage(int stage) {
        List<Worker> ofStage =
                workers.stream().filter(worker -> worker.stage == stage).toList();
        List<Worker> busy = ofStage.stream().filter(Worker::isBusy).toList();
        return busy.isEmpty() || chance.oneIn(2) ? ofStage : busy;
    }

    private void step(Worker worker) {
        if (!worker.toHandOver.isEmpty()) {
            handOver(worker);
        } else if (!worker.isBusy()) {
            take(worker);
        } else if (chance.faultOneIn(5)) {
            return; // it is slow, or tries again
        } else if (worker.hand.isEmpty()) {
            publish(worker);
        } else {
            Delivery delivery = worker.hand.remove();
            plant.handle(delivery, () -> handle(worker, delivery));
            if (worker.toHandOver.isEmpty()) {
                isDone(worker, delivery);
            } else {
                worker.hand.addFirst(delivery);
            }
        }
    }

    private void publish(Worker worker) {
        List<Delivery> processed = List.copyOf(worker.processed);
        worker.processed.clear();
        Publisher.publishAll(processed);
        queueOf(worker).releaseAll(processed);
    }

    private void isDone(Worker worker, Delivery delivery) {
        if (!parked.contains(delivery) && !worker.processed.contains(delivery)) {
            queueOf(worker).release(delivery);
        }
    }

    private ShedQueue<Delivery> queueOf(Worker worker) {
        return stages.get(worker.stage).queue();
    }

    /** They are interrupted: nothing of what they have is settled. */
    void interrupt() {
        workers.forEach(worker -> {
            worker.hand.clear();
            worker.processed.clear();
            worker.toHandOver.clear();
        });
        parked.clear();
    }

    private void take(Worker worker) {
        for (int i = chance.between(1, MOST_AT_ONCE); i > 0; i--) {
            if (queueOf(worker).tryTake() instanceof TakeResult.Taken<Delivery> taken) {
                parked.remove(taken.item());
                worker.hand.add(taken.item());
            }
        }
    }

    private void handle(Worker worker, Delivery delivery) {
        if (delivery.isDiscarded()) {
            return;
        }
        boolean isLast = worker.stage == stages.size() - 1;
        int results = resultsOf(delivery.record());
        Optional<String> refusal = spoiled.reasonFor(delivery);
        if (refusal.isPresent()) {
            deadLettered(delivery, DeadLetterCause.REFUSED, refusal.get());
        } else if (results >= 0 && chance.faultOneIn(8)) {
            queueOf(worker).park(delivery, Duration.ofMillis(chance.between(0, 300)));
            parked.add(delivery);
        } else if ((results < 0 && isLast) || chance.faultOneIn(20)) {
            deadLettered(delivery, DeadLetterCause.RETRIES_EXHAUSTED, "no more retries");
        } else if (isLast) {
            process(worker, delivery, stages.size() == 1 ? results : 1);
        } else {
            split(worker, delivery, worker.stage > 0 || results < 0 ? 1 : results);
        }
        ServiceTimes.add(stages.get(worker.stage).workers(), 1, Duration.ofMillis(chance.between(1, 800)));
    }

    private static void deadLettered(Delivery delivery, DeadLetterCause cause, String reason) {
        Delivery input = delivery.input();
        input.run().publisher().deadLettered(input, cause, reason, 2);
    }

    private static void process(Worker worker, Delivery delivery, int results) {
        try {
            if (delivery instanceof Piece piece) {
                piece.pass(outputs(delivery, results), MOST_PIECES, MOST_BYTES);
            } else if (delivery.run().publisher().decideProcessed(delivery, outputs(delivery, results))) {
                worker.processed.add(delivery);
            }
        } catch (OutputTooLargeException e) {
            throw new AssertionError(e);
        }
    }

    private void split(Worker worker, Delivery delivery, int pieces) {
        try {
            worker.toHandOver.addAll(Piece.split(delivery, outputs(delivery, pieces), MOST_PIECES));
        } catch (OutputTooLargeException e) {
            throw new AssertionError(e);
        }
    }

    /** As far as it goes: the rest waits, and the record that it was made of stays in the worker's hand until all of it is handed over. */
    private void handOver(Worker worker) {
        ShedQueue<Delivery> next = stages.get(worker.stage + 1).queue();
        for (Piece piece = worker.toHandOver.peek(); piece != null; piece = worker.toHandOver.peek()) {
            OfferResult<Delivery> result = piece.isDiscarded() ? new OfferResult.Accepted<>() : next.tryOffer(piece);
            if (result instanceof OfferResult.Full) {
                return;
            }
            worker.toHandOver.remove();
            if (result instanceof OfferResult.Shed<Delivery> shed) {
                shed.victims().forEach(victim -> {
                    Delivery input = victim.input();
                    input.run().publisher().dropped(input, shed.reason(), "next");
                });
            }
        }
        isDone(worker, worker.hand.remove());
    }

    private static List<Output> outputs(Delivery delivery, int count) {
        List<Output> outputs = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            outputs.add(new Output(delivery.record().key(), delivery.record().value(), null));
        }
        return outputs;
    }
}
