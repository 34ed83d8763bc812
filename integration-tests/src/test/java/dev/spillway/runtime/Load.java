package dev.spillway.runtime;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;

import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/** Sends records at a steady rate, each with a key of its own, until it is closed. */
public final class Load implements AutoCloseable {
    private static final int TICK_MILLIS = 10;

    private final Producer<byte[], byte[]> producer;
    private final String topic;
    private final int perTick;
    private final byte[] value;
    private final ScheduledExecutorService ticks = Executors.newSingleThreadScheduledExecutor();
    private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
    private int sent;

    /** Begins at once, and takes over the producer. */
    public Load(Producer<byte[], byte[]> producer, String topic, int perSecond, String value) {
        this.producer = producer;
        this.topic = topic;
        this.perTick = Math.max(1, perSecond * TICK_MILLIS / 1000);
        this.value = value.getBytes(UTF_8);
        var unused = ticks.scheduleAtFixedRate(this::tick, 0, TICK_MILLIS, MILLISECONDS);
    }

    private void tick() {
        for (int i = 0; i < perTick; i++) {
            byte[] key = ("key-" + sent++).getBytes(UTF_8);
            var unused = producer.send(
                    new ProducerRecord<>(topic, key, value), (metadata, e) -> failure.compareAndSet(null, e));
        }
    }

    /** Stops, and returns when all that was sent has arrived. Idempotent. */
    public void stop() {
        ticks.shutdown();
        boolean ended = false;
        try {
            ended = ticks.awaitTermination(30, SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        producer.close();
        Exception e = failure.get();
        if (e != null || !ended) {
            throw new AssertionError("the load could not be sent", e);
        }
    }

    @Override
    public void close() {
        stop();
    }
}
