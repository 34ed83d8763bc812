package dev.spillway.runtime;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.kafka.KafkaClientMetrics;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.Producer;
import org.jspecify.annotations.Nullable;

/**
 * Binds what Kafka's clients measure of themselves to a registry, and takes it out again: when a client is replaced, and at the end.
 * Called by the sidecar's thread and that of its commits.
 *
 * <p>What a client measures comes and goes with its partitions, so each binder looks again once a minute, in a thread of its own: were
 * it one for all, a binder that has been closed would go on looking there, and bind again what it has given up.
 */
final class ClientMeters implements AutoCloseable {
    private final @Nullable MeterRegistry registry;
    private final Supplier<ScheduledExecutorService> schedulers;
    private final Map<String, Binding> bound = new HashMap<>();

    private record Binding(KafkaClientMetrics metrics, ScheduledExecutorService scheduler) implements AutoCloseable {
        @Override
        public void close() {
            scheduler.shutdownNow();
            metrics.close();
        }
    }

    /**
     * Binds nothing yet.
     *
     * @param registry where to; null binds nothing at all
     */
    ClientMeters(@Nullable MeterRegistry registry) {
        this(
                registry,
                () -> Executors.newSingleThreadScheduledExecutor(work -> {
                    Thread thread = new Thread(work, "spillway-client-metrics");
                    thread.setDaemon(true);
                    return thread;
                }));
    }

    ClientMeters(@Nullable MeterRegistry registry, Supplier<ScheduledExecutorService> schedulers) {
        this.registry = registry;
        this.schedulers = schedulers;
    }

    void bind(Consumer<?, ?> consumer) {
        bind("consumer", scheduler -> new KafkaClientMetrics(consumer, Tags.empty(), scheduler));
    }

    /** Binds a producer in place of the one that had the index before. */
    void bind(int index, Producer<?, ?> producer) {
        bind("producer-" + index, scheduler -> new KafkaClientMetrics(producer, Tags.empty(), scheduler));
    }

    private synchronized void bind(String role, Function<ScheduledExecutorService, KafkaClientMetrics> binder) {
        if (registry == null) {
            return;
        }
        Binding previous = bound.remove(role);
        if (previous != null) {
            previous.close();
        }
        ScheduledExecutorService scheduler = schedulers.get();
        Binding binding = new Binding(binder.apply(scheduler), scheduler);
        bound.put(role, binding);
        binding.metrics().bindTo(registry);
    }

    @Override
    public synchronized void close() {
        bound.values().forEach(Binding::close);
        bound.clear();
    }
}
