package dev.spillway.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spillway.intake.IntakeStatus.PartitionStatus;
import dev.spillway.intake.IntakeStatus.PauseReason;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class MetricsTest {
    private Picture picture = Pictures.quiet().take();
    private final AtomicInteger looks = new AtomicInteger();
    private final Metrics metrics = new Metrics(List.of("validate", "store"), () -> {
        looks.incrementAndGet();
        return picture;
    });

    @AfterEach
    void close() {
        metrics.close();
    }

    /** The names of the families of the sidecar's own metrics that a scrape brings, as the TYPE lines have them. */
    private static Set<String> families(String scrape) {
        Set<String> names = new TreeSet<>();
        Matcher type =
                Pattern.compile("^# TYPE (spillway_\\w+) ", Pattern.MULTILINE).matcher(scrape);
        while (type.find()) {
            names.add(type.group(1));
        }
        return names;
    }

    @Test
    void what_is_exported_is_what_the_reference_lists() {
        Set<String> documented = Metric.all().stream().map(Metric::name).collect(Collectors.toCollection(TreeSet::new));

        assertThat(families(metrics.scrape())).isEqualTo(documented);
        assertThat(documented)
                .allSatisfy(name -> assertThat(Metrics.reference()).contains("| `" + name + "` |"));
    }

    @Test
    void names_follow_the_conventions_of_prometheus() {
        assertThat(Metric.all()).allSatisfy(metric -> {
            assertThat(metric.name()).matches("spillway_[a-z_]+");
            assertThat(metric.name().endsWith("_total"))
                    .isEqualTo(metric instanceof Metric.Counter || metric instanceof Metric.StageCounter);
            assertThat(metric.meaning()).endsWith(".");
            if (metric instanceof Metric.Histogram || metric instanceof Metric.StageHistogram) {
                assertThat(metric.name()).endsWith("_seconds");
            }
        });
    }

    @Test
    void numbers_are_those_of_the_picture_that_the_scrape_takes() {
        picture = Pictures.quiet()
                .consumed(10)
                .processed(6)
                .dropped(4)
                .queued(3)
                .busy(Duration.ofSeconds(2))
                .paused(PauseReason.QUEUE_FULL)
                .take();

        assertThat(metrics.scrape())
                .contains(
                        "spillway_records_consumed_total 10.0\n",
                        "spillway_records_processed_total 6.0\n",
                        "spillway_records_dropped_total{policy=\"drop_oldest\",reason=\"drop_oldest\"} 4.0\n",
                        "spillway_records_dropped_total{policy=\"drop_newest\",reason=\"drop_newest\"} 0.0\n",
                        "spillway_records_dead_lettered_total{reason=\"timed_out\"} 3.0\n",
                        "spillway_records_dead_lettered_total{reason=\"refused\"} 0.0\n",
                        "spillway_records_committed_total{outcome=\"processed\"} 6.0\n",
                        "spillway_queue_records 3.0\n",
                        "spillway_permits 97.0\n",
                        "spillway_workers_busy_seconds_total 2.0\n",
                        "spillway_partitions_paused{reason=\"queue_full\"} 1.0\n",
                        "spillway_partitions_paused{reason=\"draining\"} 0.0\n",
                        "spillway_state{state=\"running\"} 1.0\n",
                        "spillway_state{state=\"failed\"} 0.0\n");
    }

    @Test
    void each_stage_has_numbers_of_its_own() {
        picture = Pictures.quiet().stage("validate", 0, 4).stage("store", 7, 2).take();

        assertThat(metrics.scrape())
                .contains(
                        "spillway_stage_queue_records{stage=\"validate\"} 0.0\n",
                        "spillway_stage_queue_records{stage=\"store\"} 7.0\n",
                        "spillway_stage_concurrency_limit{stage=\"store\"} 2.0\n",
                        "spillway_stage_workers_busy_seconds_total{stage=\"store\"} 0.0\n",
                        "spillway_stage_queue_bytes{stage=\"store\"} 70.0\n",
                        "spillway_stage_queue_capacity_records{stage=\"store\"} 10.0\n",
                        "spillway_stage_queue_capacity_bytes{stage=\"store\"} 5000.0\n",
                        "spillway_stage_queue_high_water_mark_records{stage=\"store\"} 7.0\n",
                        "spillway_stage_dead_lettered_total{stage=\"store\"} 8.0\n",
                        "spillway_stage_retried_total{stage=\"store\"} 6.0\n",
                        "spillway_stage_processing_seconds_bucket{stage=\"store\",le=\"0.002\"} 0\n",
                        "spillway_stage_processing_seconds_bucket{stage=\"store\",le=\"0.005\"} 2\n",
                        "spillway_stage_processing_seconds_count{stage=\"validate\"} 4\n",
                        "spillway_stage_queue_time_seconds_count{stage=\"store\"} 0\n",
                        "spillway_concurrency_limit 6.0\n");
    }

    @Test
    void without_stages_there_are_no_metrics_of_them() {
        try (Metrics plain = new Metrics(List.of(), () -> picture)) {
            assertThat(plain.scrape()).doesNotContain("spillway_stage_");
        }
    }

    @Test
    void a_histogram_has_cumulative_buckets_in_seconds() {
        assertThat(metrics.scrape())
                .contains(
                        "spillway_processing_seconds_bucket{le=\"1.0E-5\"} 0\n",
                        "spillway_processing_seconds_bucket{le=\"0.001\"} 0\n",
                        "spillway_processing_seconds_bucket{le=\"+Inf\"} 0\n",
                        "spillway_processing_seconds_sum 0.0\n");
    }

    @Test
    void nothing_is_looked_at_between_scrapes_and_once_for_each() {
        int before = looks.get();

        metrics.scrape();
        metrics.scrape();

        assertThat(looks.get() - before).isEqualTo(2);
    }

    @Test
    void only_partitions_that_are_assigned_have_a_lag_and_one_that_is_not_known_is_no_number() {
        picture = Pictures.quiet()
                .partitions(List.of(new PartitionStatus("in", 0, 5, 7), new PartitionStatus("in", 1, 0, -1)))
                .take();
        assertThat(metrics.scrape())
                .contains(
                        "spillway_partition_lag_records{partition=\"0\",topic=\"in\"} 7.0\n",
                        "spillway_partition_lag_records{partition=\"1\",topic=\"in\"} NaN\n",
                        "spillway_partition_uncommitted_records{partition=\"0\",topic=\"in\"} 5.0\n");

        picture = Pictures.quiet()
                .partitions(List.of(new PartitionStatus("in", 1, 0, 9)))
                .take();
        assertThat(metrics.scrape())
                .contains("spillway_partition_lag_records{partition=\"1\",topic=\"in\"} 9.0\n")
                .doesNotContain("lag_records{partition=\"0\"");
    }

    @Test
    void a_thousand_rebalances_leave_no_meter_behind() {
        picture = assigned(0);
        long lines = metrics.scrape()
                .lines()
                .filter(line -> line.startsWith("spillway"))
                .count();
        int meters = meters();

        for (int i = 1; i <= 1000; i++) {
            picture = assigned(i);
            metrics.scrape();
        }

        picture = assigned(1001);
        assertThat(metrics.scrape().lines().filter(line -> line.startsWith("spillway")))
                .hasSize((int) lines);
        assertThat(meters()).isEqualTo(meters);
    }

    private int meters() {
        return (int) metrics.registry().getMeters().stream()
                .filter(meter -> meter.getId().getName().startsWith("spillway"))
                .count();
    }

    /** Eight partitions of many, others each time. */
    private static Picture assigned(int generation) {
        return Pictures.quiet()
                .partitions(IntStream.range(generation * 3, generation * 3 + 8)
                        .mapToObj(i -> new PartitionStatus("topic-" + i % 5, i, 1, 2))
                        .toList())
                .take();
    }
}
