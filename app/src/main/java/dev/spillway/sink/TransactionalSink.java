package dev.spillway.sink;

import dev.spillway.flow.Time;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Exactly once: transactional producers in turn, so that one fills the next epoch's transaction while another commits. The calls that
 * wait for the broker run in the executor, one after the other; the consumer loop never waits for them.
 *
 * <p>Two epochs are under way at most, and there are three producers: a commit is answered when the broker has decided it, and until
 * it has written the markers of that into all partitions it refuses the same producer's next transaction there. A producer that rests
 * for an epoch does not run into that.
 *
 * <p>A producer is either free, or belongs to one epoch from {@link #open} until its commit or abort has ended. {@code occupant}
 * is written by the loop when it takes a free producer, and by the executor when it gives it back.
 */
public final class TransactionalSink implements Sink {
    private static final int MAX_EPOCHS = 2;
    private static final int PRODUCERS = MAX_EPOCHS + 1;
    private static final Duration REGISTRATION_PATIENCE = Duration.ofMinutes(1);

    private final List<Slot> slots;
    /** Where the search for a free one begins: behind the one that was taken last. */
    private int nextSlot;

    private final OutputFactory outputs;
    private final SpoiledOrigins spoiled;
    private final Settlements settlements;
    private final Executor executor;
    private final Runnable onChange;
    private final Transactions transactions;
    private @Nullable Publisher latest;

    /** Who we are in the group, as of the last commit. */
    private volatile @Nullable ConsumerGroupMetadata member;

    private volatile boolean closing;
    private volatile @Nullable RuntimeException broken;

    private static final class Slot {
        final TransactionalProducer producer;
        volatile @Nullable Publisher occupant;

        Slot(TransactionalProducer producer) {
            this.producer = producer;
        }
    }

    /**
     * Takes over the producers.
     *
     * @param producers makes the producer of index 0, 1 or 2; called again when one has to be replaced
     * @param spoiled learns of records whose results Kafka refuses
     * @param executor runs commits and aborts one after the other
     * @param onChange called by any thread when a send has failed, or a commit or an abort has ended; must not block
     */
    public TransactionalSink(
            IntFunction<Producer<byte @Nullable [], byte @Nullable []>> producers,
            OutputFactory outputs,
            SpoiledOrigins spoiled,
            Transactions transactions,
            Executor executor,
            Runnable onChange) {
        this.slots = IntStream.range(0, PRODUCERS)
                .mapToObj(index -> new Slot(new TransactionalProducer(
                        () -> producers.apply(index), transactions, () -> member, outputs.time())))
                .toList();
        this.outputs = outputs;
        this.spoiled = spoiled;
        this.transactions = transactions;
        this.settlements = new Settlements(outputs.time());
        this.executor = executor;
        this.onChange = onChange;
    }

    /**
     * Registers all transactional ids with the broker; blocks, and tries again for a minute when there is no answer, since a coordinator
     * that is new in its office reads its log first.
     *
     * @param goOn asked before each further try
     * @throws KafkaException when the broker cannot be reached or refuses
     */
    public void initialise(BooleanSupplier goOn) {
        Time time = outputs.time();
        long start = time.nanoTime();
        slots.forEach(slot -> slot.producer.initialise(
                () -> goOn.getAsBoolean() && time.nanoTime() - start < REGISTRATION_PATIENCE.toNanos()));
    }

    @Override
    public void joinedAs(ConsumerGroupMetadata joined) {
        member = joined;
    }

    @Override
    public boolean canOpen() {
        throwIfBroken();
        return slots.stream().filter(slot -> slot.occupant != null).count() < MAX_EPOCHS;
    }

    @Override
    public Publisher open() {
        if (!canOpen()) {
            throw new IllegalStateException(MAX_EPOCHS + " epochs are under way already");
        }
        Slot slot = nextFree();
        Publisher publisher = new Publisher(
                slot.producer.begin(),
                outputs,
                spoiled,
                Publisher.Settlement.WHEN_SENT,
                settlements,
                transactions.keepOrder(),
                Transactions::isFatal,
                onChange);
        if (transactions.keepOrder() && latest != null) {
            publisher.follow(latest);
        }
        latest = publisher;
        slot.occupant = publisher;
        return publisher;
    }

    @Override
    @SuppressWarnings("CatchingThrowable")
    public CompletableFuture<@Nullable Void> commit(
            Publisher publisher, Map<TopicPartition, OffsetAndMetadata> offsets, ConsumerGroupMetadata group) {
        Slot slot = slotOf(publisher);
        CompletableFuture<@Nullable Void> done = new CompletableFuture<>();
        executor.execute(() -> {
            try {
                slot.producer.commit(offsets, group, () -> !closing);
                spoiled.forgetBelow(offsets);
                slot.occupant = null;
                done.complete(null);
            } catch (Throwable e) { // an error, too: whoever waits for the answer would wait for ever
                done.completeExceptionally(e);
            }
            onChange.run();
        });
        return done;
    }

    @Override
    public Settlements settlements() {
        return settlements;
    }

    @Override
    @SuppressWarnings("CatchingThrowable")
    public void abort(Publisher publisher) {
        publisher.close();
        unlink(publisher);
        Slot slot = slotOf(publisher);
        executor.execute(() -> {
            try {
                slot.producer.abort(() -> !closing);
                slot.occupant = null;
            } catch (RuntimeException e) {
                broken = e;
            } catch (Throwable e) {
                broken = new SinkException("a transaction could not be aborted", e);
            }
            onChange.run();
        });
    }

    /** Call it once the executor has ended: what it was doing decides what is left to close. */
    @Override
    public void close() {
        closing = true;
        for (Slot slot : slots) {
            Publisher occupant = slot.occupant;
            if (occupant != null) {
                occupant.close();
            }
            slot.producer.close();
        }
    }

    /** Lets a commit that gets no answer end instead of trying again. */
    public void stopRetrying() {
        closing = true;
    }

    /** What follows an epoch that is given up follows the one before that instead, which may be committing still. */
    private void unlink(Publisher aborted) {
        if (latest == aborted) {
            latest = aborted.predecessor();
        } else if (latest != null && latest.predecessor() == aborted) {
            latest.followInstead(aborted.predecessor());
        }
    }

    private Slot nextFree() {
        while (slots.get(nextSlot).occupant != null) {
            nextSlot = (nextSlot + 1) % PRODUCERS;
        }
        Slot free = slots.get(nextSlot);
        nextSlot = (nextSlot + 1) % PRODUCERS;
        return free;
    }

    private Slot slotOf(Publisher publisher) {
        return slots.stream()
                .filter(slot -> slot.occupant == publisher)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("this epoch has no producer any more"));
    }

    private void throwIfBroken() {
        RuntimeException e = broken;
        if (e != null) {
            throw e;
        }
    }
}
