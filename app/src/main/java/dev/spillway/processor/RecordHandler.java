package dev.spillway.processor;

import dev.spillway.config.RetryConfig;
import dev.spillway.flow.CancellationToken;
import dev.spillway.flow.Time;
import dev.spillway.sink.DeadLetterCause;
import dev.spillway.sink.Delivery;
import dev.spillway.sink.Output;
import dev.spillway.sink.OutputTooLargeException;
import dev.spillway.sink.SpoiledOrigins;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import java.util.random.RandomGenerator;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * Takes one record after the other to its outcome: processed, or tried again with exponential back-off and full jitter (as in Marc
 * Brooker: Exponential Backoff and Jitter, AWS Architecture Blog 2015) until it is a dead letter. One worker's own; it is itself the
 * record and the context that the processor sees, so that no object is made for each record.
 */
final class RecordHandler implements InputRecord, ProcessorContext {
    private final Processor processor;
    private final RetryConfig retry;
    private final SpoiledOrigins spoiled;
    private final Time time;
    private final RandomGenerator jitter;
    private final Attempt attempt;

    private final List<Output> outputs = new ArrayList<>();
    private @Nullable Delivery current;
    private @Nullable CancellationToken token;
    private int attemptNumber;

    private final LongAdder retried = new LongAdder();
    private volatile boolean waitsForRetry;

    RecordHandler(Processor processor, RetryConfig retry, SpoiledOrigins spoiled, Time time, RandomGenerator jitter) {
        this.processor = processor;
        this.retry = retry;
        this.spoiled = spoiled;
        this.time = time;
        this.jitter = jitter;
        this.attempt = new Attempt(retry.timeout());
    }

    /**
     * Settles the record, unless its epoch is aborted first.
     *
     * @throws InterruptedException when the work is cancelled; the record is not settled then
     */
    void handle(Delivery delivery, CancellationToken cancellation) throws InterruptedException {
        current = delivery;
        token = cancellation;
        Optional<String> refusal = spoiled.reasonFor(delivery);
        if (refusal.isPresent()) {
            delivery.run().publisher().deadLettered(delivery, DeadLetterCause.REFUSED, refusal.get(), 1);
            return;
        }
        for (attemptNumber = 1; !delivery.isDiscarded(); attemptNumber++) {
            Throwable failure = tryOnce(delivery);
            if (failure == null) {
                return;
            }
            if (failure instanceof PermanentFailureException || attemptNumber > retry.maxRetries()) {
                delivery.run().publisher().deadLettered(delivery, cause(failure), reason(failure), attemptNumber);
                return;
            }
            pauseBefore(attemptNumber);
        }
    }

    /** Looks after the attempt that is being made; called by one thread, again and again. */
    void interruptIfOverdue(long now) {
        attempt.interruptIfOverdue(now);
    }

    /** The record that it is at, or was last. Any thread; one that began just now may be missed. */
    @Nullable
    Delivery inHand() {
        attempt.acquire();
        return current;
    }

    /** How often records were tried again. Any thread. */
    long retried() {
        return retried.sum();
    }

    /** Whether the record waits for its next attempt. Any thread. */
    boolean waitsForRetry() {
        return waitsForRetry;
    }

    /** One attempt; null when the record is settled. */
    private @Nullable Throwable tryOnce(Delivery delivery) throws InterruptedException {
        outputs.clear();
        Throwable failure = process();
        if (failure == null) {
            try {
                delivery.run().publisher().processed(delivery, outputs);
            } catch (OutputTooLargeException e) {
                return new PermanentFailureException(String.valueOf(e.getMessage()));
            }
        }
        return failure;
    }

    /**
     * Calls the processor. Whatever it throws is its failure at this record, errors too, as a deeply nested document may overflow a
     * stack; but not when memory is used up, which is nobody's record's fault.
     */
    @SuppressWarnings("CatchingThrowable")
    private @Nullable Throwable process() throws InterruptedException {
        Throwable failure = null;
        attempt.begin();
        try {
            processor.process(this, this);
        } catch (OutOfMemoryError e) {
            throw e;
        } catch (Throwable e) {
            failure = e;
        }
        boolean overdue = attempt.end();
        dropStrayInterrupt();
        if (failure != null && cancellation().isCancelled()) {
            throw new InterruptedException("cancelled while processing");
        }
        return failure != null && overdue ? new ProcessingTimeoutException(retry.timeout()) : failure;
    }

    /**
     * An interrupt that the processor left behind is meant for nobody, and would end the next wait for a record as if the work were
     * cancelled. Who cancels does that first and interrupts then, so that no such interrupt is dropped here.
     */
    private void dropStrayInterrupt() {
        if (Thread.interrupted() && cancellation().isCancelled()) {
            Thread.currentThread().interrupt();
        }
    }

    private void pauseBefore(int retryNumber) throws InterruptedException {
        long most = retry.backoffBefore(retryNumber).toNanos();
        Duration pause = Duration.ofNanos(most == 0 ? 0 : jitter.nextLong(most + 1));
        waitsForRetry = true;
        if (cancellation().await(time, pause)) {
            throw new InterruptedException("cancelled before a retry");
        }
        waitsForRetry = false;
        retried.increment();
    }

    private static DeadLetterCause cause(Throwable failure) {
        if (failure instanceof ProcessingTimeoutException) {
            return DeadLetterCause.TIMED_OUT;
        }
        return failure instanceof PermanentFailureException
                ? DeadLetterCause.PERMANENT_FAILURE
                : DeadLetterCause.RETRIES_EXHAUSTED;
    }

    private static String reason(Throwable failure) {
        if (failure instanceof PermanentFailureException && failure.getCause() != null) {
            return failure + ": " + failure.getCause();
        }
        return failure.toString();
    }

    private ConsumerRecord<byte @Nullable [], byte @Nullable []> record() {
        return currentDelivery().record();
    }

    Delivery currentDelivery() {
        if (current == null) {
            throw new IllegalStateException("no record is being processed");
        }
        return current;
    }

    @Override
    public byte @Nullable [] key() {
        return record().key();
    }

    @Override
    public byte @Nullable [] value() {
        return record().value();
    }

    @Override
    public Headers headers() {
        return record().headers();
    }

    @Override
    public String topic() {
        return record().topic();
    }

    @Override
    public int partition() {
        return record().partition();
    }

    @Override
    public long offset() {
        return record().offset();
    }

    @Override
    public long timestamp() {
        return record().timestamp();
    }

    @Override
    public int attempt() {
        return attemptNumber;
    }

    @Override
    public void forward(byte @Nullable [] value) {
        add(new Output(key(), value, null));
    }

    @Override
    public void forward(byte @Nullable [] key, byte @Nullable [] value) {
        add(new Output(key, value, null));
    }

    @Override
    public void forward(byte @Nullable [] key, byte @Nullable [] value, Headers headers) {
        add(new Output(key, value, headers));
    }

    @Override
    public CancellationToken cancellation() {
        if (token == null) {
            throw new IllegalStateException("no record is being processed");
        }
        return token;
    }

    private void add(Output output) {
        if (outputs.size() >= MAX_RESULTS) {
            throw new PermanentFailureException("more than " + MAX_RESULTS + " results for one record");
        }
        outputs.add(output);
    }
}
