package dev.spillway.processor;

import dev.spillway.config.RetryConfig;
import dev.spillway.flow.CancellationToken;
import dev.spillway.flow.ShedQueue;
import dev.spillway.flow.Time;
import dev.spillway.sink.DeadLetterCause;
import dev.spillway.sink.Delivery;
import dev.spillway.sink.OutputTooLargeException;
import dev.spillway.sink.Publisher;
import dev.spillway.sink.SpoiledOrigins;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes attempts at records: each ends processed, as a dead letter, or parked in the queue until its next attempt, after an exponential
 * back-off with full jitter (as in Marc Brooker: Exponential Backoff and Jitter, AWS Architecture Blog 2015). An attempt may let its
 * record wait, and is resumed then. One worker's own.
 *
 * <p>Of a batch only first attempts are made together. A record that is tried again is tried alone, so that it can never take its
 * neighbours with it.
 */
final class RecordHandler {
    private final Work work;
    private final ShedQueue<Delivery> queue;
    private final Outlet outlet;
    private final RetryConfig retry;
    private final SpoiledOrigins spoiled;
    private final Downstream downstream;
    private final RandomGenerator jitter;
    private final CpuPool cpuPool;
    private final Time time;
    private final Logger logger;
    private final Attempt attempt;

    /** Used again and again; as many as the largest batch so far had records. */
    private final List<Entry> entries = new ArrayList<>();

    private final List<Entry> only;

    /** Processed, and not published yet: what a worker takes at once it publishes at once, too. */
    private final List<Delivery> processed = new ArrayList<>();

    private final LongAdder retried = new LongAdder();

    /** The record that the worker is at, or was last; written before its attempt begins, and read after that was seen. */
    private @Nullable Delivery inHand;

    private int answered;
    private int failed;

    /** Failures that say nothing about what the processor depends on. */
    private int failedByItself;

    /**
     * Makes the handler of one worker.
     *
     * @param queue where the deliveries come from: they are released to it, or parked in it
     * @param outlet where they go
     */
    RecordHandler(
            Work work,
            ShedQueue<Delivery> queue,
            Outlet outlet,
            RetryConfig retry,
            Downstream downstream,
            Workers.Shared shared) {
        this.work = work;
        this.queue = queue;
        this.outlet = outlet;
        this.retry = retry;
        this.downstream = downstream;
        this.cpuPool = shared.cpuPool();
        this.spoiled = shared.spoiled();
        this.time = shared.time();
        this.jitter = shared.jitter();
        this.logger = LoggerFactory.getLogger(work.type());
        this.attempt = new Attempt(retry.timeout());
        this.only = List.of(newEntry());
    }

    /**
     * Makes one attempt at each of the records, unless its epoch is aborted first, and publishes what came of them.
     *
     * @throws InterruptedException when the work is cancelled; what is not settled then stays so
     */
    void handle(List<Delivery> batch, CancellationToken cancellation) throws InterruptedException {
        answered = 0;
        failed = 0;
        failedByItself = 0;
        try {
            if (work.isForBatches()) {
                handleTogether(batch, cancellation);
            } else {
                for (int i = 0; i < batch.size(); i++) {
                    handleAlone(batch.get(i), cancellation);
                }
            }
        } finally {
            publish();
            downstream.add(answered, failed);
        }
    }

    private void publish() {
        Publisher.publishAll(processed);
        queue.releaseAll(processed);
        processed.clear();
    }

    /** How many attempts were made last; none at what had come to nothing. The worker's own. */
    int attempts() {
        return answered + failed + failedByItself;
    }

    /** How many of the attempts that were made last failed in a way that may pass. The worker's own. */
    int failed() {
        return failed + failedByItself;
    }

    /** Looks after the attempt that is being made; called by one thread, again and again. */
    void interruptIfOverdue(long now) {
        attempt.interruptIfOverdue(now);
    }

    /** The record that it is at, or was last; of a batch the first. Any thread. */
    @Nullable
    Delivery inHand() {
        attempt.acquire();
        return inHand;
    }

    /** How often records were tried again. Any thread. */
    long retried() {
        return retried.sum();
    }

    private void handleAlone(Delivery delivery, CancellationToken cancellation) throws InterruptedException {
        if (isToBeProcessed(delivery)) {
            inHand = delivery;
            Entry entry = only.get(0);
            entry.begin(delivery, cancellation);
            conclude(entry, process(only, cancellation));
        }
    }

    private void handleTogether(List<Delivery> batch, CancellationToken cancellation) throws InterruptedException {
        List<Delivery> single = new ArrayList<>();
        int count = 0;
        for (Delivery delivery : batch) {
            if (delivery.attempts() > 0) {
                single.add(delivery);
            } else if (isToBeProcessed(delivery)) {
                entry(count++).begin(delivery, cancellation);
            }
        }
        if (count > 0) {
            List<Entry> together = entries.subList(0, count);
            inHand = together.get(0).delivery();
            Throwable failure = process(together, cancellation);
            if (count > 1 && failure instanceof PermanentFailureException) {
                for (Entry entry : together) {
                    entry.delivery().countAttempt(-1); // whose fault it is, the next attempts tell
                    entry.delivery().endPauses();
                    single.add(entry.delivery());
                }
            } else {
                for (Entry entry : together) {
                    conclude(entry, failure);
                }
            }
        }
        for (Delivery delivery : single) {
            publish(); // how long the next one takes is no business of those before it
            handleAlone(delivery, cancellation);
        }
    }

    private Entry entry(int index) {
        if (index == entries.size()) {
            entries.add(newEntry());
        }
        return entries.get(index);
    }

    private Entry newEntry() {
        return new Entry(cpuPool, logger, retry.timeout(), time);
    }

    /** Whether there is anything to try: not in an aborted epoch, nor where Kafka has refused the results before. */
    private boolean isToBeProcessed(Delivery delivery) {
        if (delivery.isDiscarded()) {
            queue.release(delivery);
            return false;
        }
        Optional<String> refusal = spoiled.reasonFor(delivery);
        if (refusal.isPresent()) {
            outlet.refused(delivery, refusal.get());
            queue.release(delivery);
            return false;
        }
        return true;
    }

    /** What becomes of a record after an attempt. */
    private void conclude(Entry entry, @Nullable Throwable failureOfAll) throws InterruptedException {
        Delivery delivery = entry.delivery();
        Throwable failure = failureOfAll != null ? failureOfAll : entry.failure();
        Duration pause = entry.pause();
        if (failure == null && pause != null) {
            queue.suspend(delivery, pause);
            forgetIfDiscarded(delivery);
            return;
        }
        delivery.endPauses();
        if (failure == null) {
            try {
                if (outlet.processed(delivery, entry.outputs())) {
                    processed.add(delivery);
                } else {
                    queue.release(delivery);
                }
                answered++;
                return;
            } catch (OutputTooLargeException e) {
                failure = new PermanentFailureException(String.valueOf(e.getMessage()));
            }
        }
        boolean permanent = failure instanceof PermanentFailureException;
        if (permanent) {
            answered++;
        } else {
            countFailure(delivery);
        }
        if (!permanent && downstream.isDown()) {
            delivery.countAttempt(-1);
            retryAfter(retry.backoffMax(), delivery);
        } else if (permanent || delivery.attempts() > retry.maxRetries()) {
            outlet.deadLettered(delivery, cause(failure), reason(failure), delivery.attempts());
            queue.release(delivery);
        } else {
            retryAfter(pauseAfter(delivery.attempts(), failure), delivery);
        }
    }

    private void countFailure(Delivery delivery) {
        if (downstream.isBlamedFor(delivery)) {
            failed++;
        } else {
            failedByItself++;
        }
        delivery.noteFailure();
    }

    private void retryAfter(Duration pause, Delivery delivery) {
        retried.increment();
        queue.park(delivery, pause);
        forgetIfDiscarded(delivery);
    }

    /** Whoever aborts an epoch has the queue forget what is parked of it, but perhaps before this one was parked. */
    private void forgetIfDiscarded(Delivery delivery) {
        if (delivery.isDiscarded()) {
            queue.forgetParked(Delivery::isDiscarded);
        }
    }

    /**
     * Calls the processor. Whatever it throws is its failure at these records, errors too, as a deeply nested document may overflow a
     * stack; but not when memory is used up, which is nobody's record's fault.
     */
    @SuppressWarnings("CatchingThrowable")
    private @Nullable Throwable process(List<Entry> batch, CancellationToken cancellation) throws InterruptedException {
        Throwable failure = null;
        attempt.begin();
        try {
            work.process(batch);
        } catch (OutOfMemoryError e) {
            throw e;
        } catch (Throwable e) {
            failure = e;
        }
        boolean overdue = attempt.end();
        dropStrayInterrupt(cancellation);
        if (failure != null && cancellation.isCancelled()) {
            throw new InterruptedException("cancelled while processing");
        }
        return failure != null && overdue ? new ProcessingTimeoutException(retry.timeout()) : failure;
    }

    /**
     * An interrupt that the processor left behind is meant for nobody, and would end the next wait for a record as if the work were
     * cancelled. Who cancels does that first and interrupts then, so that no such interrupt is dropped here.
     */
    private static void dropStrayInterrupt(CancellationToken cancellation) {
        if (Thread.interrupted() && cancellation.isCancelled()) {
            Thread.currentThread().interrupt();
        }
    }

    private Duration pauseAfter(int attempts, Throwable failure) {
        long most = retry.backoffBefore(attempts).toNanos();
        Duration pause = Duration.ofNanos(most == 0 ? 0 : jitter.nextLong(most + 1));
        if (failure instanceof RetryLaterException later && later.pause().compareTo(pause) > 0) {
            return later.pause().compareTo(retry.backoffMax()) < 0 ? later.pause() : retry.backoffMax();
        }
        return pause;
    }

    private static DeadLetterCause cause(Throwable failure) {
        if (failure instanceof ProcessingTimeoutException) {
            return DeadLetterCause.TIMED_OUT;
        }
        return failure instanceof PermanentFailureException
                ? DeadLetterCause.PERMANENT_FAILURE
                : DeadLetterCause.RETRIES_EXHAUSTED;
    }

    /** A failure is a processor's own, and so may be unable to say what it is. */
    private static String reason(Throwable failure) {
        try {
            return failure instanceof PermanentFailureException && failure.getCause() != null
                    ? failure + ": " + failure.getCause()
                    : String.valueOf(failure);
        } catch (RuntimeException e) {
            return failure.getClass().getName();
        }
    }
}
