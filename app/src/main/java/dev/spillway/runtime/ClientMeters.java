package dev.spillway.runtime;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.kafka.KafkaClientMetrics;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.Producer;
import org.jspecify.annotations.Nullable;

/**
 * Binds what Kafka's clients measure of themselves to a registry, and takes it out again: when a client is replaced, and at the end.
 * One thread looks once a minute for measurements that have come or gone. Called by the sidecar's thread and that of its commits.
 */
final class ClientMeters implements AutoCloseable {
    private final @Nullable MeterRegistry registry;
    private final ScheduledExecutorService scheduler = Executors.newSingleThreadScheduledExecutor(work -> {
        Thread thread = new Thread(work, "spillway-client-metrics");
        thread.setDaemon(true);
        return thread;
    });

    private final Map<String, KafkaClientMetrics> bound = new HashMap<>();

    /**
     * Binds nothing yet.
     *
     * @param registry where to; null binds nothing at all
     */
    ClientMeters(@Nullable MeterRegistry registry) {
        this.registry = registry;
    }

    void bind(Consumer<?, ?> consumer) {
        bind("consumer", registry == null ? null : new KafkaClientMetrics(consumer, Tags.empty(), scheduler));
    }

    /** Binds a producer in place of the one that had the index before. */
    void bind(int index, Producer<?, ?> producer) {
        bind("producer-" + index, registry == null ? null : new KafkaClientMetrics(producer, Tags.empty(), scheduler));
    }

    private synchronized void bind(String role, @Nullable KafkaClientMetrics metrics) {
        if (registry == null || metrics == null) {
            return;
        }
        KafkaClientMetrics previous = bound.put(role, metrics);
        if (previous != null) {
            previous.close();
        }
        metrics.bindTo(registry);
    }

    @Override
    public synchronized void close() {
        bound.values().forEach(KafkaClientMetrics::close);
        bound.clear();
        scheduler.shutdownNow();
    }
}
