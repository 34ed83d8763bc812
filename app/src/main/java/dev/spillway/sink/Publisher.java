package dev.spillway.sink;

import dev.spillway.flow.ShedReason;
import dev.spillway.ledger.Account;
import dev.spillway.ledger.Outcome;
import dev.spillway.ledger.SettledTwiceException;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;

/**
 * Sends the outcomes of one epoch and settles them in its ledger. Any thread may publish.
 *
 * <p>What becomes of a delivery is decided first, one by one, and published then, many at once: {@link #decideProcessed} or {@link
 * #decideDropped}, and {@link #publishAll}.
 *
 * <p>The gate is held while something is sent and settled. Who closes the publisher takes it, too: once {@link #close} has returned,
 * nothing of this epoch can reach the producer any more, and so nothing of it can slip into the producer's next transaction. One
 * thread at a time sends, because the producer appends to one batch at a time: threads that send at once would only wait for each
 * other there, for every record anew.
 */
public final class Publisher {

    /** When an outcome counts as handed to the broker. */
    enum Settlement {
        /** When it was handed to the producer: the transaction commits all of it or nothing. */
        WHEN_SENT,
        /** When the broker has acknowledged all of its sends. */
        WHEN_ACKNOWLEDGED
    }

    private final Producer<byte @Nullable [], byte @Nullable []> producer;
    private final OutputFactory outputs;
    private final SpoiledOrigins spoiled;
    private final Settlement settlement;
    private final Settlements settlements;
    private final Runnable onFailure;
    private final boolean countsSends;
    private final Predicate<Throwable> isFatal;

    private final ReentrantLock gate = new ReentrantLock();
    private final Queue<SendFailure> failures = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean refused = new AtomicBoolean();
    private final Sends settledSends = new SettledSends();
    private volatile boolean closed;

    /** How many sends were begun, and of how many it is known that they have ended; counted where a successor has to wait for them. */
    private final AtomicLong begun = new AtomicLong();

    private final AtomicLong ended = new AtomicLong();

    /** The epoch before, which another producer writes; only where order matters across epochs. */
    private volatile @Nullable Publisher predecessor;

    /**
     * Whether a send has failed so that the epoch has to be aborted. Further sends would only wait, each for as long as {@code
     * max.block.ms}, for what the first one did not get; tombstones are sent by the thread that has to keep polling.
     */
    private volatile boolean doomed;

    /**
     * Publishes through the producer.
     *
     * @param countsSends whether another one may {@link #follow}
     * @param isFatal whether a failure of the producer is one that no new try can mend
     * @param onFailure called by any thread when a send has failed; must not block
     */
    Publisher(
            Producer<byte @Nullable [], byte @Nullable []> producer,
            OutputFactory outputs,
            SpoiledOrigins spoiled,
            Settlement settlement,
            Settlements settlements,
            boolean countsSends,
            Predicate<Throwable> isFatal,
            Runnable onFailure) {
        this.producer = producer;
        this.outputs = outputs;
        this.spoiled = spoiled;
        this.settlement = settlement;
        this.countsSends = countsSends;
        this.isFatal = isFatal;
        this.settlements = settlements;
        this.onFailure = onFailure;
    }

    /**
     * Lets results follow those of the epoch before in the output topic, though another producer writes those: a result waits until
     * what the other producer was given before it has been written. Who calls for order processes the records of one key one after the
     * other, so that the result of the one was handed over before the next one's is.
     */
    void follow(Publisher before) {
        before.predecessor = null; // only the last two epochs can be under way
        predecessor = before;
    }

    /** Follows another one, or none, because the epoch before is given up. */
    void followInstead(@Nullable Publisher before) {
        predecessor = before;
    }

    /** The epoch before, if results have to follow its. */
    @Nullable
    Publisher predecessor() {
        return predecessor;
    }

    /**
     * Decides that a record was processed, with these results; none is a fine number of results.
     *
     * @return whether it was for this call to decide; {@link #publishAll} comes next then
     * @throws OutputTooLargeException when one of them cannot be written; nothing is decided then
     */
    public boolean decideProcessed(Delivery delivery, List<Output> results) throws OutputTooLargeException {
        var records = outputs.results(delivery, results);
        if (!delivery.decide()) {
            return false;
        }
        delivery.toSend(Outcome.PROCESSED, null, records);
        return true;
    }

    /**
     * Decides that a record is shed before the first stage, or the only one.
     *
     * @return whether it was for this call to decide; {@link #publishAll} comes next then
     */
    public boolean decideDropped(Delivery delivery, ShedReason reason) {
        if (!delivery.decide()) {
            return false;
        }
        delivery.toSend(Outcome.DROPPED, reason, List.of());
        return true;
    }

    /**
     * Decides that a record is shed, and publishes its tombstone.
     *
     * @param stage the one that sheds it; null where there is only one
     */
    public void dropped(Delivery delivery, ShedReason reason, @Nullable String stage) {
        if (delivery.decide()) {
            delivery.toSend(Outcome.DROPPED, reason, List.of(outputs.tombstone(delivery, reason, stage)));
            rememberDropped(delivery, reason, stage);
            publish(List.of(delivery));
        }
    }

    private void rememberDropped(Delivery delivery, Enum<?> reason, @Nullable String stage) {
        settlements.remember(delivery, Outcome.DROPPED, reason, stage == null ? null : "stage " + stage);
    }

    /** Publishes what was decided about these, in their order: all were processed, or all were dropped. */
    public static void publishAll(List<Delivery> decided) {
        int from = 0;
        while (from < decided.size()) {
            Publisher publisher = decided.get(from).run().publisher();
            int to = from + 1;
            while (to < decided.size() && decided.get(to).run().publisher() == publisher) {
                to++;
            }
            publisher.publishTogether(decided.subList(from, to));
            from = to;
        }
    }

    /** What a tombstone stands for depends on what else was shed. One of those that go at once is enough to be remembered. */
    private void publishTogether(List<Delivery> decided) {
        Delivery first = decided.get(0);
        if (first.outcome() == Outcome.DROPPED) {
            outputs.addTombstones(decided);
            rememberDropped(first, Objects.requireNonNull(first.why()), outputs.firstStage());
        }
        publish(decided);
    }

    /**
     * Decides that a record has failed for good, in the first stage or the only one, and publishes its dead letter.
     *
     * @param reason what the dead letter's header says
     * @param attempts how often processing was tried
     */
    public void deadLettered(Delivery delivery, DeadLetterCause cause, String reason, int attempts) {
        deadLettered(delivery, cause, reason, attempts, outputs.firstStage());
    }

    /**
     * Decides that a record has failed for good, and publishes its dead letter.
     *
     * @param reason what the dead letter's header says
     * @param attempts how often processing was tried
     * @param stage the one that it failed in; null where there is only one, or none is to blame
     */
    public void deadLettered(
            Delivery delivery, DeadLetterCause cause, String reason, int attempts, @Nullable String stage) {
        if (delivery.decide()) {
            settlements.remember(
                    delivery, Outcome.DEAD_LETTERED, cause, stage == null ? reason : "stage " + stage + ": " + reason);
            if (stage != null) {
                settlements.gaveUp(stage);
            }
            delivery.toSend(
                    Outcome.DEAD_LETTERED, cause, List.of(outputs.deadLetter(delivery, reason, attempts, stage)));
            publish(List.of(delivery));
        }
    }

    /** Publishes a dead letter for a record whose result was decided and sent, but refused by the broker. */
    public void deadLetteredInstead(SendFailure.Spoiled spoiled) {
        Delivery delivery = spoiled.delivery();
        String reason = spoiled.cause().toString();
        settlements.remember(delivery, Outcome.DEAD_LETTERED, DeadLetterCause.REFUSED, reason);
        delivery.toSend(
                Outcome.DEAD_LETTERED, DeadLetterCause.REFUSED, List.of(outputs.deadLetter(delivery, reason, 1, null)));
        publish(List.of(delivery));
    }

    /** The next send that failed, if there is one. */
    public @Nullable SendFailure pollFailure() {
        return failures.poll();
    }

    /** Refuses everything from now on; returns when no send is under way any more. Idempotent. */
    public void close() {
        gate.lock();
        try {
            closed = true;
        } finally {
            gate.unlock();
        }
    }

    /** Whether a send has failed so that the epoch has to be aborted; what is published after that is neither sent nor settled. */
    boolean isDoomed() {
        return doomed;
    }

    public boolean isClosed() {
        return closed;
    }

    private boolean isPerRecord() {
        return settlement == Settlement.WHEN_ACKNOWLEDGED;
    }

    private void publish(List<Delivery> decided) {
        if (closed || doomed || !hasPredecessorWritten(decided)) {
            return; // at once: at the gate it might wait for a send that waits for a broker
        }
        gate.lock();
        try {
            if (!closed) {
                send(decided);
            }
            if (!closed && !doomed && !isPerRecord()) {
                settle(decided);
            }
        } catch (SettledTwiceException e) {
            report(new SendFailure.Fatal(e));
        } finally {
            gate.unlock();
        }
    }

    /** Waits for the epoch before where results have to follow its; false when that has failed. */
    private boolean hasPredecessorWritten(List<Delivery> decided) {
        Publisher before = predecessor;
        if (before == null || decided.get(0).outcome() != Outcome.PROCESSED) {
            return true;
        }
        try {
            before.awaitSends();
            return true;
        } catch (KafkaException e) {
            failed(decided.get(0), e);
            return false;
        }
    }

    /** Returns when everything that was sent so far has been written, or never will be. */
    private void awaitSends() {
        long target = begun.get();
        if (ended.get() < target) {
            producer.flush();
            ended.accumulateAndGet(target, Math::max);
        }
    }

    private void send(List<Delivery> decided) {
        if (countsSends) {
            begun.addAndGet(decided.size());
        }
        Sends sends = isPerRecord() ? new AcknowledgedSends(decided) : settledSends;
        for (int i = 0; i < decided.size() && !doomed; i++) {
            send(decided.get(i), sends);
        }
    }

    private void send(Delivery delivery, Sends sends) {
        var records = delivery.takeToSend();
        try {
            for (int i = 0; i < records.size() && !doomed; i++) {
                Future<RecordMetadata> unused = producer.send(records.get(i), new Sent(delivery, sends));
            }
        } catch (KafkaException | IllegalStateException e) {
            sends.ended(delivery, e);
        }
    }

    /** Is told how sends end; by the producer's thread, or by the sender's when one failed at once. */
    private interface Sends {
        void ended(Delivery delivery, @Nullable Exception failure);

        /** Those that are settled when the last send of all of them has ended. */
        List<Delivery> settledWith(Delivery delivery);
    }

    /**
     * The callback of one send. One for each lies in memory beside what the producer makes for the send, and its thread has that at
     * hand when it calls; the delivery itself it would have to fetch.
     */
    record Sent(Delivery delivery, Sends sends) implements Callback {
        @Override
        public void onCompletion(@Nullable RecordMetadata metadata, @Nullable Exception failure) {
            sends.ended(delivery, failure);
        }

        List<Delivery> settledTogether() {
            return sends.settledWith(delivery);
        }
    }

    /** What was settled when it was sent. */
    private final class SettledSends implements Sends {
        @Override
        public void ended(Delivery delivery, @Nullable Exception failure) {
            if (failure != null) {
                failed(delivery, failure);
            }
        }

        @Override
        public List<Delivery> settledWith(Delivery delivery) {
            return List.of();
        }
    }

    /** What was sent at once, and is settled at once when the last of it has been acknowledged. */
    private final class AcknowledgedSends implements Sends {
        private final List<Delivery> deliveries;
        private final AtomicInteger open;
        private volatile boolean anySpoiled;

        AcknowledgedSends(List<Delivery> decided) {
            deliveries = List.copyOf(decided);
            int count = 0;
            for (int i = 0; i < decided.size(); i++) {
                count += decided.get(i).sends();
            }
            open = new AtomicInteger(count);
            if (count == 0) {
                settleAll();
            }
        }

        @Override
        public void ended(Delivery delivery, @Nullable Exception failure) {
            if (failure != null && !KafkaErrors.isAboutTheRecord(failure)) {
                failed(delivery, failure);
                return;
            }
            if (failure != null) {
                anySpoiled = true;
                if (!spoils(delivery, failure)) {
                    return;
                }
            }
            if (open.decrementAndGet() == 0) {
                settleAll();
            }
        }

        @Override
        public List<Delivery> settledWith(Delivery delivery) {
            return deliveries;
        }

        private void settleAll() {
            try {
                if (anySpoiled) {
                    deliveries.forEach(this::settleOne);
                } else {
                    settle(deliveries);
                }
            } catch (SettledTwiceException e) {
                report(new SendFailure.Fatal(e));
            }
        }

        private void settleOne(Delivery delivery) {
            Exception refusal = delivery.spoiled();
            if (refusal == null) {
                settle(List.of(delivery));
            } else {
                report(new SendFailure.Spoiled(delivery, refusal));
            }
        }

        /** Takes down that a result was refused; false when that is no single record's fault. */
        private boolean spoils(Delivery delivery, Exception refusal) {
            SendFailure meaning = meaning(delivery, refusal);
            if (meaning instanceof SendFailure.Spoiled) {
                delivery.spoil(refusal);
                return true;
            }
            report(meaning);
            return false;
        }
    }

    /** Books many at once, those that are neighbours in their partition together. */
    private void settle(List<Delivery> sent) {
        int from = 0;
        while (from < sent.size()) {
            Delivery first = sent.get(from);
            Account account = first.run().account();
            long fingerprint = 0;
            int to = from;
            while (to < sent.size() && sent.get(to).run() == first.run()) {
                fingerprint += account.fingerprint(sent.get(to).record().offset());
                to++;
            }
            account.settle(
                    first.outcome(), to - from, fingerprint, first.record().offset());
            from = to;
        }
        settlements.settled(sent);
    }

    private void failed(Delivery delivery, Exception e) {
        report(meaning(delivery, e));
    }

    private void report(SendFailure failure) {
        if (!closed) {
            if (!isPerRecord() || !(failure instanceof SendFailure.Spoiled)) {
                doomed = true;
            }
            failures.add(failure);
            onFailure.run();
        }
    }

    private SendFailure meaning(Delivery delivery, Exception e) {
        if (KafkaErrors.isAboutTheRecord(e)) {
            return delivery.outcome() == Outcome.PROCESSED
                    ? spoiled(delivery, e)
                    : new SendFailure.Fatal(new SinkException(
                            "Kafka refuses the " + nameOf(delivery.outcome()) + " of " + delivery + ": "
                                    + e.getMessage()
                                    + "; check the settings of that topic (compaction needs keys; max.message.bytes)",
                            e));
        }
        return isFatal.test(e) ? new SendFailure.Fatal(e) : new SendFailure.Broken(e);
    }

    /**
     * Within a transaction the first refusal only is the record's own: Kafka's client then ends all that the transaction still holds
     * with the very same exception.
     */
    private SendFailure spoiled(Delivery delivery, Exception e) {
        if (!isPerRecord() && !refused.compareAndSet(false, true)) {
            return new SendFailure.Broken(e);
        }
        try {
            spoiled.remember(delivery.origin(), e);
            return new SendFailure.Spoiled(delivery, e);
        } catch (SinkException tooMany) {
            return new SendFailure.Fatal(tooMany);
        }
    }

    private static String nameOf(Outcome outcome) {
        return outcome == Outcome.DROPPED ? "tombstone" : "dead letter";
    }
}
