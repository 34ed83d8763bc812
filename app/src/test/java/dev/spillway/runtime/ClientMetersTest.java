package dev.spillway.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;
import org.apache.kafka.common.metrics.KafkaMetric;
import org.apache.kafka.common.metrics.Measurable;
import org.apache.kafka.common.metrics.MetricConfig;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.utils.Time;
import org.junit.jupiter.api.Test;

class ClientMetersTest {
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final List<Clockwork> clockworks = new ArrayList<>();

    /** Does what is to be done each minute when it is told that one has passed. */
    private static final class Clockwork extends ScheduledThreadPoolExecutor {
        private final List<Runnable> tasks = new ArrayList<>();

        Clockwork() {
            super(0);
        }

        @Override
        public ScheduledFuture<?> scheduleAtFixedRate(Runnable task, long delay, long period, TimeUnit unit) {
            tasks.add(task);
            return super.schedule(() -> {}, 0, unit);
        }

        void minute() {
            if (!isShutdown()) {
                tasks.forEach(Runnable::run);
            }
        }
    }

    private ClientMeters bindingTo(SimpleMeterRegistry where) {
        return new ClientMeters(where, () -> {
            Clockwork clockwork = new Clockwork();
            clockworks.add(clockwork);
            return clockwork;
        });
    }

    private void minute() {
        clockworks.forEach(Clockwork::minute);
    }

    /** A consumer that measures something of each partition that it was assigned last. */
    private static final class MeasuringConsumer extends MockConsumer<byte[], byte[]> {
        private Map<MetricName, Metric> metrics = new HashMap<>();

        MeasuringConsumer() {
            super("earliest");
        }

        void assignedTo(int first) {
            Map<MetricName, Metric> now = new HashMap<>();
            measure(now, "records-consumed-rate", Map.of("client-id", "c"));
            for (int i = first; i < first + 8; i++) {
                measure(now, "records-lag", Map.of("client-id", "c", "topic", "in", "partition", Integer.toString(i)));
            }
            metrics = now;
        }

        @Override
        public synchronized Map<MetricName, ? extends Metric> metrics() {
            return metrics;
        }
    }

    private static void measure(Map<MetricName, Metric> into, String name, Map<String, String> tags) {
        MetricName full = new MetricName(name, "consumer-fetch-manager-metrics", "", tags);
        Measurable one = (config, now) -> 1;
        into.put(full, new KafkaMetric(new Object(), full, one, new MetricConfig(), Time.SYSTEM));
    }

    private List<String> lags() {
        return registry.getMeters().stream()
                .map(Meter::getId)
                .filter(id -> id.getName().endsWith("records.lag"))
                .map(id -> Optional.ofNullable(id.getTag("partition")).orElse("none"))
                .toList();
    }

    @Test
    void what_a_client_measures_is_bound_and_goes_when_the_run_ends() {
        MeasuringConsumer consumer = new MeasuringConsumer();
        consumer.assignedTo(0);
        ClientMeters meters = bindingTo(registry);

        meters.bind(consumer);
        assertThat(lags()).hasSize(8);

        meters.close();
        assertThat(registry.getMeters()).isEmpty();
    }

    @Test
    void a_thousand_rebalances_leave_nothing_of_earlier_assignments_behind() {
        MeasuringConsumer consumer = new MeasuringConsumer();
        consumer.assignedTo(0);
        try (ClientMeters meters = bindingTo(registry)) {
            meters.bind(consumer);
            int bound = registry.getMeters().size();

            for (int i = 1; i <= 1000; i++) {
                consumer.assignedTo(i * 3);
                minute();
            }

            assertThat(lags()).hasSize(8).contains("3000", "3007");
            assertThat(registry.getMeters()).hasSize(bound);
        }
    }

    @Test
    void a_producer_that_replaces_another_takes_its_place() {
        try (ClientMeters meters = bindingTo(registry)) {
            for (int i = 0; i < 1000; i++) {
                MockProducer<byte[], byte[]> producer =
                        new MockProducer<>(true, null, new ByteArraySerializer(), new ByteArraySerializer());
                MetricName name = new MetricName("record-send-total", "producer-metrics", "", Map.of("client-id", "p"));
                Measurable one = (config, now) -> 1;
                producer.setMockMetrics(
                        name, new KafkaMetric(new Object(), name, one, new MetricConfig(), Time.SYSTEM));
                meters.bind(0, producer);
                minute();
            }

            assertThat(registry.getMeters()).hasSize(1);
            assertThat(clockworks.stream().filter(clockwork -> !clockwork.isShutdown()))
                    .as("those that go on looking")
                    .hasSize(1);
        }
    }

    @Test
    void without_a_registry_nothing_is_bound() {
        try (ClientMeters meters = new ClientMeters(null)) {
            meters.bind(new MeasuringConsumer());
        }
        assertThat(registry.getMeters()).isEmpty();
    }
}
