package dev.spillway.telemetry;

import dev.spillway.flow.Distribution;
import dev.spillway.flow.ShedReason;
import dev.spillway.intake.IntakeStatus.PauseReason;
import dev.spillway.runtime.Instruments.Reading;
import dev.spillway.runtime.Instruments.StageReading;
import dev.spillway.sink.DeadLetterCause;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/**
 * One metric that the sidecar exports: its name in Prometheus, what it means, and how it is read off a {@link Picture}. This list is the
 * only one: the registry and the reference in the README are made from it.
 */
sealed interface Metric {
    /** As Prometheus shows it. */
    String name();

    /** The names of its labels. */
    List<String> labels();

    /** In words for an operator, with the values of its labels. */
    String meaning();

    /** Only ever grows while the sidecar runs. One row for each combination of labels that there can be. */
    record Counter(String name, List<String> labels, String meaning, List<Row> rows) implements Metric {}

    /** May go up and down. One row for each combination of labels that there can be. */
    record Gauge(String name, List<String> labels, String meaning, List<Row> rows) implements Metric {}

    /** A gauge for each partition that is assigned at the moment. */
    record PartitionGauge(String name, String meaning, ToDoubleFunction<PartitionReading> value) implements Metric {
        @Override
        public List<String> labels() {
            return List.of("topic", "partition");
        }
    }

    /** A gauge for each stage, where there are several. */
    record StageGauge(String name, String meaning, ToDoubleFunction<StageReading> value) implements Metric {
        @Override
        public List<String> labels() {
            return List.of("stage");
        }
    }

    /** A counter for each stage, where there are several. */
    record StageCounter(String name, String meaning, ToDoubleFunction<StageReading> value) implements Metric {
        @Override
        public List<String> labels() {
            return List.of("stage");
        }
    }

    /** How durations are distributed in each stage, in seconds, where there are several. */
    record StageHistogram(String name, String meaning, Function<StageReading, Distribution.Counts> value)
            implements Metric {
        @Override
        public List<String> labels() {
            return List.of("stage");
        }
    }

    /** How durations are distributed, in seconds. */
    record Histogram(String name, String meaning, Function<Reading, Distribution.Counts> value) implements Metric {
        @Override
        public List<String> labels() {
            return List.of();
        }
    }

    /** The values of the labels, in their order, and how the number is read. */
    record Row(List<String> labelValues, ToDoubleFunction<Picture> value) {}

    /** A partition of a picture. */
    record PartitionReading(String topic, int partition, long uncommitted, long lag) {}

    /** All of them, in the order of the reference. */
    static List<Metric> all() {
        List<Metric> all = new ArrayList<>();
        all.addAll(records());
        all.addAll(queueAndWorkers());
        all.addAll(stages());
        all.addAll(epochs());
        all.addAll(intake());
        return List.copyOf(all);
    }

    private static List<Metric> records() {
        return List.of(
                counter(
                        "spillway_records_consumed_total",
                        "Records taken into an epoch. One that comes again, because its epoch was aborted or it was given"
                                + " back in a rebalance, counts again, here and in the next four.",
                        p -> p.reading().consumed()),
                counter(
                        "spillway_records_processed_total",
                        "Records that a processor accepted.",
                        p -> p.reading().settled().processed()),
                new Counter(
                        "spillway_records_dropped_total",
                        List.of("policy", "reason"),
                        "Records that a policy shed; the drop topic tells of each. Each policy has one reason, of its own name.",
                        dropped()),
                new Counter(
                        "spillway_records_dead_lettered_total",
                        List.of("reason"),
                        "Records that failed for good; each left a dead letter. reason: permanent_failure,"
                                + " retries_exhausted, timed_out, too_large (for any queue), refused (by Kafka).",
                        Arrays.stream(DeadLetterCause.values())
                                .map(cause -> new Row(
                                        List.of(lower(cause)),
                                        p -> p.reading()
                                                .settled()
                                                .deadLettered()
                                                .getOrDefault(cause, 0L)))
                                .toList()),
                counter(
                        "spillway_records_retried_total",
                        "Attempts at records after their first one.",
                        p -> p.reading().workers().retried()),
                new Counter(
                        "spillway_records_committed_total",
                        List.of("outcome"),
                        "Records whose outcome is committed, each once: their sum is what was consumed for good. outcome:"
                                + " processed, dropped, dead_lettered.",
                        List.of(
                                new Row(
                                        List.of("processed"),
                                        p -> p.reading().totals().committed().processed()),
                                new Row(
                                        List.of("dropped"),
                                        p -> p.reading().totals().committed().dropped()),
                                new Row(
                                        List.of("dead_lettered"),
                                        p -> p.reading().totals().committed().deadLettered()))),
                new Histogram(
                        "spillway_processing_seconds",
                        "How long one attempt at a record took; each retry is one more. What is processed in a batch, and"
                                + " attempts that take less than a millisecond, are measured together, by their mean.",
                        r -> r.workers().processing()),
                new Histogram(
                        "spillway_queue_time_seconds",
                        "How long a record that a worker took had been queued.",
                        r -> r.workers().queued()),
                new Histogram(
                        "spillway_record_age_seconds",
                        "How old a record was, by its own timestamp, when it got its outcome.",
                        r -> r.settled().age()));
    }

    /** With stages each has a policy of its own, so that it is the reason that tells whose verdict it was. */
    private static List<Row> dropped() {
        return Arrays.stream(ShedReason.values())
                .map(reason -> new Row(
                        List.of(lower(reason), lower(reason)),
                        p -> p.reading().settled().dropped().getOrDefault(reason, 0L)))
                .toList();
    }

    private static List<Metric> queueAndWorkers() {
        return List.of(
                gauge(
                        "spillway_queue_records",
                        "Records queued.",
                        p -> p.reading().queue().depth()),
                gauge(
                        "spillway_queue_bytes",
                        "Their keys, values and headers.",
                        p -> p.reading().queue().bytes()),
                gauge(
                        "spillway_queue_capacity_records",
                        "queue.capacity.",
                        p -> p.reading().queue().capacity()),
                gauge(
                        "spillway_queue_capacity_bytes",
                        "queue.capacity.bytes.",
                        p -> p.reading().queue().capacityBytes()),
                gauge(
                        "spillway_queue_limit_records",
                        "The effective capacity: less than the capacity where what is queued has to fit into one"
                                + " transaction.",
                        p -> p.reading().queue().limit()),
                gauge(
                        "spillway_queue_high_water_mark_records",
                        "The most that was ever queued.",
                        p -> p.reading().queue().highWaterMark()),
                gauge(
                        "spillway_queue_waiting_records",
                        "Records polled that wait outside the queue for room: one poll's worth at most.",
                        p -> p.reading().intake().waiting()),
                gauge(
                        "spillway_permits",
                        "How many more records the queue would take in now: its effective capacity less what is queued"
                                + " or waits outside it for another attempt.",
                        Picture::permits),
                gauge(
                        "spillway_watermark_alarm",
                        "1 while the queue, or one between stages that sheds, has been above 90 % for longer than alarm.queue.ms,"
                                + " otherwise 0.",
                        p -> p.alarm() == null ? 0 : 1),
                gauge(
                        "spillway_workers",
                        "Workers.",
                        p -> p.reading().workers().workers().size()),
                gauge(
                        "spillway_concurrency_limit",
                        "How many records may be processed at once now: as many as there are workers, or fewer with"
                                + " concurrency=adaptive.",
                        p -> p.reading().concurrencyLimit()),
                gauge(
                        "spillway_workers_busy",
                        "Workers that have a record in hand.",
                        p -> p.reading().workers().busy()),
                counter(
                        "spillway_workers_busy_seconds_total",
                        "Time that all workers together have been busy.",
                        p -> Sample.inSeconds(p.reading().workers().busyNanos())),
                gauge(
                        "spillway_workers_utilisation_ratio",
                        "Busy time over wall time of all workers in the last second, from 0 to 1.",
                        p -> p.last().utilisation()),
                gauge(
                        "spillway_in_flight_records",
                        "Records that a worker has taken and that have no outcome yet.",
                        p -> p.reading().inFlight()),
                gauge(
                        "spillway_retries_waiting",
                        "Records that wait for their next attempt, or for the time that their processor asked for.",
                        p -> p.reading().workers().retriesWaiting()));
    }

    private static List<Metric> stages() {
        return List.of(
                new StageGauge(
                        "spillway_stage_queue_records",
                        "Records queued before a stage. This and the next ones are there where stages are configured; then the"
                                + " queue's metrics above are those of the first stage, and the workers' those of all.",
                        stage -> stage.queue().depth()),
                new StageGauge(
                        "spillway_stage_queue_bytes",
                        "Their keys, values and headers.",
                        stage -> stage.queue().bytes()),
                new StageGauge(
                        "spillway_stage_queue_capacity_records",
                        "The queue.capacity of a stage.",
                        stage -> stage.queue().capacity()),
                new StageGauge(
                        "spillway_stage_queue_capacity_bytes",
                        "The queue.capacity.bytes of a stage.",
                        stage -> stage.queue().capacityBytes()),
                new StageGauge(
                        "spillway_stage_queue_limit_records",
                        "The effective capacity of a stage's queue; it may be less than the capacity under exactly once, where"
                                + " what is queued between stages has to fit into one transaction.",
                        stage -> stage.queue().limit()),
                new StageGauge(
                        "spillway_stage_queue_high_water_mark_records",
                        "The most that was ever queued before a stage.",
                        stage -> stage.queue().highWaterMark()),
                new StageCounter(
                        "spillway_stage_shed_total",
                        "What a stage's policy shed. Where one record was forwarded as several, each of them counts here.",
                        stage -> stage.queue().shed().values().stream()
                                .mapToLong(Long::longValue)
                                .sum()),
                new StageCounter(
                        "spillway_stage_dead_lettered_total",
                        "Records that a stage gave up. What Kafka refused to take is no stage's.",
                        StageReading::deadLettered),
                new StageCounter(
                        "spillway_stage_retried_total",
                        "Attempts of a stage after the first one at a record.",
                        stage -> stage.workers().retried()),
                new StageHistogram(
                        "spillway_stage_processing_seconds",
                        "How long one attempt of a stage took, without the wait for room in the next stage's queue.",
                        stage -> stage.workers().processing()),
                new StageHistogram(
                        "spillway_stage_queue_time_seconds",
                        "How long a record that a worker of a stage took had been in that stage's queue.",
                        stage -> stage.workers().queued()),
                new StageGauge(
                        "spillway_stage_workers",
                        "Workers of a stage.",
                        stage -> stage.workers().workers().size()),
                new StageGauge(
                        "spillway_stage_workers_busy",
                        "Workers of a stage that have a record in hand, and do not wait for room in the next stage's queue.",
                        stage -> stage.workers().busy()),
                new StageCounter(
                        "spillway_stage_workers_busy_seconds_total",
                        "Time that all workers of a stage together have been busy: the slowest stage is the one whose workers"
                                + " always are.",
                        stage -> Sample.inSeconds(stage.workers().busyNanos())),
                new StageGauge(
                        "spillway_stage_concurrency_limit",
                        "How many records a stage may process at once now.",
                        StageReading::concurrencyLimit),
                new StageGauge(
                        "spillway_stage_retries_waiting",
                        "Records of a stage that wait for their next attempt, or for the time that their processor asked for.",
                        stage -> stage.workers().retriesWaiting()));
    }

    private static List<Metric> epochs() {
        return List.of(
                gauge(
                        "spillway_epoch_number",
                        "The number of the youngest epoch that holds records; 0 when none does.",
                        p -> p.reading().intake().epochs().stream()
                                .mapToLong(epoch -> epoch.number())
                                .max()
                                .orElse(0)),
                gauge(
                        "spillway_epochs_open",
                        "Epochs that hold records and are not committed yet.",
                        p -> p.reading().intake().epochs().size()),
                gauge(
                        "spillway_epoch_oldest_age_seconds",
                        "How long the oldest of them has held records: what grows when something is stuck.",
                        p -> Sample.inSeconds(p.oldestEpochNanos())),
                counter(
                        "spillway_epochs_committed_total",
                        "Epochs committed.",
                        p -> p.reading().totals().epochs()),
                counter(
                        "spillway_epochs_aborted_total",
                        "Epochs aborted; what they held was polled again.",
                        p -> p.reading().totals().aborted()),
                gauge(
                        "spillway_ledger_imbalance_records",
                        "By how many records an epoch's books were off. Anything but 0 ends the run.",
                        p -> p.reading().intake().imbalance()),
                new Histogram(
                        "spillway_epoch_duration_seconds",
                        "From an epoch's first record to its commit.",
                        Reading::epochDurations),
                new Histogram(
                        "spillway_commit_duration_seconds",
                        "The part of it that the commit took.",
                        Reading::commitDurations));
    }

    private static List<Metric> intake() {
        return List.of(
                new PartitionGauge(
                        "spillway_partition_lag_records",
                        "Records between what is committed and the partition's end as the last fetch saw it, or while it is"
                                + " paused as Kafka said some seconds ago; NaN when not known. Only partitions that are"
                                + " assigned.",
                        partition -> partition.lag() < 0 ? Double.NaN : partition.lag()),
                new PartitionGauge(
                        "spillway_partition_uncommitted_records",
                        "Offsets that were polled and are not committed yet. Only partitions that are assigned.",
                        PartitionReading::uncommitted),
                gauge(
                        "spillway_partitions_assigned",
                        "Partitions that the group has assigned to this instance.",
                        p -> p.reading().intake().partitions().size()),
                new Gauge(
                        "spillway_partitions_paused",
                        List.of("reason"),
                        "Partitions from which nothing is fetched at the moment. reason: " + names(PauseReason.values())
                                + ".",
                        Arrays.stream(PauseReason.values())
                                .map(reason -> new Row(
                                        List.of(lower(reason)),
                                        p -> p.reading().intake().paused() == reason
                                                ? p.reading()
                                                        .intake()
                                                        .partitions()
                                                        .size()
                                                : 0))
                                .toList()),
                counter(
                        "spillway_rebalances_total",
                        "How often the group has assigned partitions.",
                        p -> p.reading().intake().rebalances()),
                gauge(
                        "spillway_loop_silence_seconds",
                        "How long ago the consumer loop last went round; more than a second means that a call to Kafka keeps"
                                + " it.",
                        p -> Sample.inSeconds(p.silenceNanos())),
                new Gauge(
                        "spillway_state",
                        List.of("state"),
                        "1 for the state that the sidecar is in, otherwise 0. state: " + String.join(", ", STATES)
                                + ".",
                        STATES.stream()
                                .map(state -> new Row(
                                        List.of(state),
                                        p -> p.state()
                                                        .name()
                                                        .toLowerCase(Locale.ROOT)
                                                        .equals(state)
                                                ? 1
                                                : 0))
                                .toList()),
                gauge(
                        "spillway_ready",
                        "1 while it runs with partitions assigned, otherwise 0.",
                        p -> p.ready() ? 1 : 0));
    }

    /** The states of the life cycle. */
    List<String> STATES = List.of("created", "starting", "running", "draining", "stopped", "failed");

    private static Counter counter(String name, String meaning, ToDoubleFunction<Picture> value) {
        return new Counter(name, List.of(), meaning, List.of(new Row(List.of(), value)));
    }

    private static Gauge gauge(String name, String meaning, ToDoubleFunction<Picture> value) {
        return new Gauge(name, List.of(), meaning, List.of(new Row(List.of(), value)));
    }

    private static String lower(Enum<?> one) {
        return one.name().toLowerCase(Locale.ROOT);
    }

    private static String names(Enum<?>[] all) {
        return Arrays.stream(all).map(Metric::lower).collect(Collectors.joining(", "));
    }
}
