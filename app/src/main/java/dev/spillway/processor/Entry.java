package dev.spillway.processor;

import dev.spillway.flow.CancellationToken;
import dev.spillway.flow.Time;
import dev.spillway.sink.Delivery;
import dev.spillway.sink.Output;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * One attempt at one record: what the processor sees of it, and what it made of it. One worker's own, and used again and again: it is
 * itself record, context and entry, so that no object is made for each record.
 */
final class Entry implements InputRecord, ProcessorContext, BatchEntry {
    private final CpuPool cpuPool;
    private final Logger logger;
    private final Duration timeout;
    private final Time time;
    private final List<Output> outputs = new ArrayList<>();

    private @Nullable Delivery delivery;
    private @Nullable CancellationToken token;
    private @Nullable Throwable failure;
    private @Nullable Thread thread;
    private long outputBytes;
    private @Nullable Duration pause;

    /**
     * For one record after the other.
     *
     * @param timeout how long an attempt may take
     * @param time the clock of its pauses
     */
    Entry(CpuPool cpuPool, Logger logger, Duration timeout, Time time) {
        this.cpuPool = cpuPool;
        this.logger = logger;
        this.timeout = timeout;
        this.time = time;
    }

    /** Begins an attempt, which counts, or resumes one. */
    void begin(Delivery next, CancellationToken cancellation) {
        delivery = next;
        token = cancellation;
        failure = null;
        thread = Thread.currentThread();
        outputs.clear();
        outputBytes = 0;
        pause = null;
        if (next.pausedSince() == null) {
            next.countAttempt(1);
        }
    }

    Delivery delivery() {
        if (delivery == null) {
            throw new IllegalStateException("no record is being processed");
        }
        return delivery;
    }

    List<Output> outputs() {
        return outputs;
    }

    @Nullable
    Throwable failure() {
        return failure;
    }

    /** What the record is to wait for before it goes on; null when it is done. */
    @Nullable
    Duration pause() {
        return pause;
    }

    /** Notes a failure, of whatever kind; the first counts. */
    void failed(Throwable cause) {
        if (failure == null) {
            failure = cause;
        }
    }

    private ConsumerRecord<byte @Nullable [], byte @Nullable []> kafkaRecord() {
        return delivery().record();
    }

    @Override
    public InputRecord record() {
        return this;
    }

    @Override
    public ProcessorContext context() {
        return this;
    }

    @Override
    public void fail(Exception cause) {
        // a plug-in may know nothing of our annotations
        failed(cause != null ? cause : new NullPointerException("the processor failed the record without a reason"));
    }

    @Override
    public byte @Nullable [] key() {
        return kafkaRecord().key();
    }

    @Override
    public byte @Nullable [] value() {
        return kafkaRecord().value();
    }

    @Override
    public Headers headers() {
        return kafkaRecord().headers();
    }

    @Override
    public String topic() {
        return kafkaRecord().topic();
    }

    @Override
    public int partition() {
        return kafkaRecord().partition();
    }

    @Override
    public long offset() {
        return kafkaRecord().offset();
    }

    @Override
    public long timestamp() {
        return kafkaRecord().timestamp();
    }

    @Override
    public int attempt() {
        return delivery().attempts();
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
    public void resumeAfter(Duration wait) throws ProcessingTimeoutException {
        requireOwnThread("a record is let wait by the thread");
        if (wait.isNegative() || wait.isZero()) {
            throw new IllegalArgumentException("pause " + wait);
        }
        if (!outputs.isEmpty()) {
            throw new IllegalStateException("what has results already cannot wait");
        }
        if (wait.compareTo(timeout.minus(paused())) > 0) {
            ProcessingTimeoutException e = new ProcessingTimeoutException(timeout);
            failed(e);
            throw e;
        }
        delivery().pause(time.nanoTime());
        pause = wait;
    }

    @Override
    public Duration paused() {
        Long since = delivery().pausedSince();
        return since == null ? Duration.ZERO : Duration.ofNanos(time.nanoTime() - since);
    }

    @Override
    public CancellationToken cancellation() {
        if (token == null) {
            throw new IllegalStateException("no record is being processed");
        }
        return token;
    }

    @Override
    public <T extends @Nullable Object> T cpuBound(Callable<T> work) throws Exception {
        return cpuPool.run(work);
    }

    @Override
    public Logger logger() {
        return logger;
    }

    private void add(Output output) {
        requireOwnThread("results are taken from the thread");
        if (pause != null) {
            throw new IllegalStateException("what is to wait has no results yet");
        }
        outputBytes += size(output.key()) + size(output.value());
        if (outputs.size() >= MAX_RESULTS) {
            throw tooMuch("more than " + MAX_RESULTS + " results for one record");
        }
        if (outputBytes > MAX_RESULT_BYTES) {
            throw tooMuch("more than " + MAX_RESULT_BYTES + " bytes of results for one record");
        }
        outputs.add(output);
    }

    private void requireOwnThread(String what) {
        if (Thread.currentThread() != thread) {
            throw new IllegalStateException(what + " that process() was called in, not from "
                    + Thread.currentThread().getName());
        }
    }

    /** The record has failed even if the processor goes on as if it had not: some of its results would be missing. */
    private PermanentFailureException tooMuch(String what) {
        PermanentFailureException e = new PermanentFailureException(what);
        failed(e);
        return e;
    }

    private static long size(byte @Nullable [] bytes) {
        return bytes == null ? 0 : bytes.length;
    }
}
