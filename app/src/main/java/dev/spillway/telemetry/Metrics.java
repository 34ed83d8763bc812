package dev.spillway.telemetry;

import dev.spillway.flow.Distribution;
import dev.spillway.runtime.Instruments.StageReading;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.model.registry.Collector;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricMetadata;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The registry of all metrics: the {@linkplain Metric sidecar's own}, the JVM's, and those of Kafka's clients, which the sidecar binds
 * while it has them. All own metrics of one scrape are read off one picture, which is taken then and not before: between scrapes they
 * cost nothing. They are registered once, but for those of partitions, which are those that are assigned.
 */
final class Metrics implements AutoCloseable {
    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final JvmGcMetrics gc = new JvmGcMetrics();
    private final Supplier<Picture> look;
    private final Map<Metric.PartitionGauge, MultiGauge> partitionGauges = new HashMap<>();
    private volatile Picture picture;

    /**
     * Registers all of them.
     *
     * @param stages the names of all stages, in their order; none where none are configured
     * @param look takes a picture
     */
    Metrics(List<String> stages, Supplier<Picture> look) {
        this.look = look;
        this.picture = look.get();
        Metric.all().forEach(this::register);
        for (int i = 0; i < stages.size(); i++) {
            registerStage(stages.get(i), i);
        }
        if (!stages.isEmpty()) {
            registerHistograms(stages);
        }
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        gc.bindTo(registry);
    }

    /** Where others bind what they measure. */
    MeterRegistry registry() {
        return registry;
    }

    /** All metrics in Prometheus' text format, as they are now. Any thread; one at a time. */
    synchronized String scrape() {
        picture = look.get();
        partitionGauges.forEach((metric, gauge) -> gauge.register(rows(metric), true));
        return registry.scrape();
    }

    @Override
    public void close() {
        gc.close();
        registry.close();
    }

    /** The reference table of the documentation, in Markdown. */
    static String reference() {
        return Metric.all().stream()
                .map(metric -> "| `" + metric.name() + "` | "
                        + metric.getClass()
                                .getSimpleName()
                                .replaceFirst("^(Partition|Stage)", "")
                                .toLowerCase(Locale.ROOT)
                        + " | "
                        + metric.labels().stream()
                                .map(label -> "`" + label + "`")
                                .collect(Collectors.joining(", "))
                        + " | " + metric.meaning() + " |\n")
                .collect(Collectors.joining("", "| metric | type | labels | meaning |\n|---|---|---|---|\n", ""));
    }

    private void register(Metric metric) {
        if (metric instanceof Metric.Counter counter) {
            counter.rows()
                    .forEach(row -> FunctionCounter.builder(
                                    counter.name().replaceFirst("_total$", ""),
                                    this,
                                    self -> row.value().applyAsDouble(self.picture))
                            .description(counter.meaning())
                            .tags(tags(counter.labels(), row.labelValues()))
                            .register(registry));
        } else if (metric instanceof Metric.Gauge gauge) {
            gauge.rows()
                    .forEach(row -> Gauge.builder(
                                    gauge.name(), this, self -> row.value().applyAsDouble(self.picture))
                            .description(gauge.meaning())
                            .tags(tags(gauge.labels(), row.labelValues()))
                            .register(registry));
        } else if (metric instanceof Metric.PartitionGauge gauge) {
            partitionGauges.put(
                    gauge,
                    MultiGauge.builder(gauge.name())
                            .description(gauge.meaning())
                            .register(registry));
        } else if (metric instanceof Metric.Histogram histogram) {
            register(() -> family(
                    histogram, List.of(dataPoint(Labels.EMPTY, histogram.value().apply(picture.reading())))));
        }
    }

    /** Micrometer's own histograms take a record at a time, and an object or two; ours are counted in batches already. */
    private void register(Collector collector) {
        registry.getPrometheusRegistry().register(collector);
    }

    private void registerStage(String name, int index) {
        for (Metric metric : Metric.all()) {
            if (metric instanceof Metric.StageGauge gauge) {
                Gauge.builder(gauge.name(), this, self -> self.ofStage(index, gauge.value()::applyAsDouble, 0.0))
                        .description(gauge.meaning())
                        .tag("stage", name)
                        .register(registry);
            } else if (metric instanceof Metric.StageCounter counter) {
                FunctionCounter.builder(
                                counter.name().replaceFirst("_total$", ""),
                                this,
                                self -> self.ofStage(index, counter.value()::applyAsDouble, 0.0))
                        .description(counter.meaning())
                        .tag("stage", name)
                        .register(registry);
            }
        }
    }

    /** All stages are rows of one family. */
    private void registerHistograms(List<String> stages) {
        for (Metric metric : Metric.all()) {
            if (metric instanceof Metric.StageHistogram histogram) {
                register(() -> family(
                        histogram,
                        IntStream.range(0, stages.size())
                                .mapToObj(i -> dataPoint(
                                        Labels.of("stage", stages.get(i)),
                                        ofStage(i, histogram.value(), Distribution.Counts.NONE)))
                                .toList()));
            }
        }
    }

    /** What is read off a stage, or what there is before it is assembled. */
    private <T> T ofStage(int index, Function<StageReading, T> value, T before) {
        List<StageReading> stages = picture.reading().stages();
        return index < stages.size() ? value.apply(stages.get(index)) : before;
    }

    private List<MultiGauge.Row<?>> rows(Metric.PartitionGauge metric) {
        return picture.reading().intake().partitions().stream()
                .map(one -> new Metric.PartitionReading(one.topic(), one.partition(), one.uncommitted(), one.lag()))
                .<MultiGauge.Row<?>>map(one -> MultiGauge.Row.of(
                        Tags.of("topic", one.topic(), "partition", Integer.toString(one.partition())),
                        metric.value().applyAsDouble(one)))
                .toList();
    }

    private static HistogramSnapshot family(Metric metric, List<HistogramDataPointSnapshot> points) {
        return new HistogramSnapshot(new MetricMetadata(metric.name(), metric.meaning()), points);
    }

    private static HistogramDataPointSnapshot dataPoint(Labels labels, Distribution.Counts counts) {
        int buckets = Distribution.Counts.buckets();
        double[] bounds = IntStream.range(0, buckets)
                .mapToObj(Distribution.Counts::upperBound)
                .mapToDouble(bound -> bound == Long.MAX_VALUE ? Double.POSITIVE_INFINITY : Sample.inSeconds(bound))
                .toArray();
        long[] each = IntStream.range(0, buckets).mapToLong(counts::in).toArray();
        return HistogramDataPointSnapshot.builder()
                .labels(labels)
                .classicHistogramBuckets(ClassicHistogramBuckets.of(bounds, each))
                .sum(counts.seconds())
                .build();
    }

    private static List<Tag> tags(List<String> names, List<String> values) {
        return IntStream.range(0, names.size())
                .mapToObj(i -> Tag.of(names.get(i), values.get(i)))
                .toList();
    }
}
