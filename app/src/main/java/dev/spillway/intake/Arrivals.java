package dev.spillway.intake;

import dev.spillway.flow.BatchOffer;
import dev.spillway.flow.ShedQueue;
import dev.spillway.flow.Signal;
import dev.spillway.sink.Delivery;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * What a poll brings, until the queue has taken it or shed it. What cannot be admitted at once (under {@code BLOCK}, while admission is
 * limited, while an epoch is waited for) waits here, at most one poll's worth: as long as anything waits the partitions are paused. It
 * is not consumed yet: no epoch knows it, and on a rebalance it is simply forgotten. The consumer loop's own.
 */
final class Arrivals {
    private final ShedQueue<Delivery> queue;
    private final EpochPipeline epochs;
    private final CircuitBreakers breakers;
    private final @Nullable AdmissionLimit limit;
    private final IntakeConfig config;

    private final List<Delivery> waiting = new ArrayList<>();
    /** Up to where the poll that they came with went; there may be nothing for us behind the last of them. */
    private final Map<TopicPartition, Long> polledUpTo = new HashMap<>();

    /**
     * Begins with none.
     *
     * @param limit of what may be admitted within a transaction; null where epochs can be cut wherever the queue begins
     */
    Arrivals(
            ShedQueue<Delivery> queue,
            EpochPipeline epochs,
            CircuitBreakers breakers,
            @Nullable AdmissionLimit limit,
            IntakeConfig config) {
        this.queue = queue;
        this.epochs = epochs;
        this.breakers = breakers;
        this.limit = limit;
        this.config = config;
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    int size() {
        return waiting.size();
    }

    /** How many wait, of each partition that any are from. */
    Map<TopicPartition, Long> countByPartition() {
        Map<TopicPartition, Long> counts = new HashMap<>();
        waiting.forEach(delivery -> counts.merge(delivery.partition(), 1L, Long::sum));
        return counts;
    }

    /** Takes over what a poll has brought. */
    void take(ConsumerRecords<byte @Nullable [], byte @Nullable []> records) {
        for (TopicPartition partition : records.partitions()) {
            for (ConsumerRecord<byte @Nullable [], byte @Nullable []> record : records.records(partition)) {
                waiting.add(new Delivery(record, partition));
            }
        }
        records.nextOffsets().forEach((partition, next) -> polledUpTo.put(partition, next.offset()));
    }

    /** Forgets what waits: it stays with Kafka. */
    void forget() {
        waiting.clear();
        polledUpTo.clear();
    }

    /** Forgets what waits of these partitions. */
    void forget(Collection<TopicPartition> partitions) {
        waiting.removeIf(delivery -> partitions.contains(delivery.partition()));
        polledUpTo.keySet().removeAll(partitions);
    }

    /** Forgets what waits, and notes from where each partition has to be polled again for that. */
    void giveBack(Map<TopicPartition, Long> rewind) {
        for (Delivery delivery : waiting) {
            rewind.merge(delivery.partition(), delivery.record().offset(), Math::min);
        }
        forget();
    }

    /** Offers what waits to the queue, as far as it goes without waiting. */
    void admit() {
        if (waiting.isEmpty() || isHeldBack() || !epochs.ensureOpen() || epochs.room() == 0) {
            return;
        }
        int admitted = 0;
        boolean more = true;
        while (more && admitted < waiting.size()) {
            int handled = admitSome(waiting.subList(admitted, waiting.size()));
            admitted += handled;
            more = handled > 0 && !breakers.isAnyOpen() && epochs.room() > 0;
        }
        if (admitted > 0) {
            breakers.feed();
        }
        waiting.subList(0, admitted).clear();
        if (waiting.isEmpty()) {
            polledUpTo.forEach(epochs::skipTo);
            polledUpTo.clear();
        }
    }

    /**
     * Waits until there may be room for what waits, or for some time.
     *
     * @param changed raised when anything else has changed that admission may wait for
     */
    void awaitRoom(Signal changed, Duration atMost) throws InterruptedException {
        if (!epochs.ensureOpen()
                || epochs.room() == 0
                || limit != null
                || breakers.isAnyOpen()
                || isTooLarge(waiting.get(0))) {
            changed.await(atMost);
        } else {
            queue.awaitDepth(queue.snapshot().limit() / 2, atMost);
        }
    }

    /** Why anything waits. */
    IntakeStatus.PauseReason whyTheyWait() {
        if (isHeldBack()) {
            return IntakeStatus.PauseReason.DOWNSTREAM_DOWN;
        }
        if (!epochs.ensureOpen() || epochs.room() == 0) {
            return IntakeStatus.PauseReason.COMMIT_PENDING;
        }
        return limit == null ? IntakeStatus.PauseReason.QUEUE_FULL : IntakeStatus.PauseReason.ADMISSION_LIMITED;
    }

    /** While a breaker is open nothing more comes in but what a probe can be made with, and nothing is shed for that. */
    private boolean isHeldBack() {
        return breakers.isAnyOpen()
                && !(breakers.isAnyHungry() && (isTooLarge(waiting.get(0)) || queue.hasRoomFor(waiting.get(0))));
    }

    private int admitSome(List<Delivery> next) {
        if (isTooLarge(next.get(0))) {
            return refuseUnlessItHasToWait(next.get(0));
        }
        List<Delivery> offered = next.subList(0, offerable(next));
        if (offered.isEmpty()) {
            return 0;
        }
        epochs.stamp(offered);
        BatchOffer<Delivery> offer = queue.offerAll(offered);
        epochs.consumed(offered.subList(0, offer.handled()));
        epochs.drop(offer.victims());
        return offer.handled();
    }

    private int refuseUnlessItHasToWait(Delivery tooLarge) {
        if (hasToWaitBehindTheQueue(tooLarge)) {
            return 0;
        }
        epochs.refuse(
                tooLarge,
                "the record has " + tooLarge.size() + " bytes, more than queue.capacity.bytes="
                        + config.queueCapacityBytes());
        return 1;
    }

    private boolean isTooLarge(Delivery delivery) {
        return delivery.size() > config.queueCapacityBytes();
    }

    /**
     * What is settled at the door ties all that is queued before it in its partition to its epoch. Within a transaction that may be more
     * than fits, unless admission is limited by that.
     */
    private boolean hasToWaitBehindTheQueue(Delivery delivery) {
        return config.transactionTimeout() != null && limit == null && epochs.isAnyQueued(delivery.partition());
    }

    /** How many of them may be offered at once: as many as admission allows, up to one that is too large for any queue. */
    private int offerable(List<Delivery> next) {
        int most = limit == null ? next.size() : Math.min(next.size(), limit.allowance(epochs.outstanding()));
        most = (int) Math.min(most, epochs.room());
        if (breakers.isAnyOpen()) {
            most = Math.min(most, 1);
        }
        for (int i = 0; i < most; i++) {
            if (isTooLarge(next.get(i))) {
                return i;
            }
        }
        return most;
    }
}
