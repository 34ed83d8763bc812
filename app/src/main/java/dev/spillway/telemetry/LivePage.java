package dev.spillway.telemetry;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.spillway.config.SpillwayConfig;
import dev.spillway.intake.EpochHistory.EndedEpoch;
import dev.spillway.intake.IntakeStatus.EpochStatus;
import dev.spillway.intake.IntakeStatus.PartitionStatus;
import dev.spillway.intake.IntakeStatus.PauseReason;
import dev.spillway.ledger.EpochReport;
import dev.spillway.runtime.Instruments;
import dev.spillway.runtime.Instruments.StageReading;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What the live page and other programs are told, in JSON. A state is written when somebody asks for it, and once for all who ask within the
 * same second. Any thread.
 */
final class LivePage {
    private static final int MOST_PARTITIONS = 256;
    private static final int MOST_LOSSES = 20;
    private static final ObjectMapper JSON = JsonMapper.builder().build();

    private final SpillwayConfig config;
    private final Telemetry telemetry;
    private final ReentrantLock lock = new ReentrantLock();

    @GuardedBy("lock")
    private long writtenFor = -1;

    @GuardedBy("lock")
    private String written = "";

    @GuardedBy("lock")
    private long writes;

    LivePage(SpillwayConfig config, Telemetry telemetry) {
        this.config = config;
        this.telemetry = telemetry;
    }

    /** The present state, as JSON in one line. */
    String state() {
        long beat = telemetry.beat().last();
        lock.lock();
        try {
            if (writtenFor != beat) {
                written = text(write(telemetry.look()));
                writtenFor = beat;
                writes++;
            }
            return written;
        } finally {
            lock.unlock();
        }
    }

    /** How often a state was written. */
    long writes() {
        lock.lock();
        try {
            return writes;
        } finally {
            lock.unlock();
        }
    }

    /** The samples of the last ten minutes, as JSON in one line. */
    String past() {
        return text(telemetry.history().all());
    }

    /** The epochs that ended last, the newest first. */
    String epochs() {
        ArrayNode all = JSON.createArrayNode();
        Instruments instruments = telemetry.instruments();
        if (instruments != null) {
            instruments.endedEpochs().forEach(ended -> all.add(ledger(ended)));
        }
        return text(all);
    }

    /** The whole configuration as it is in force, secrets hidden. */
    String config() {
        return text(config.shown());
    }

    /** What holds the oldest epoch back. */
    String stalled(StallExplainer.Explanation explanation) {
        return text(explanation);
    }

    /** The state that a picture shows. */
    ObjectNode write(Picture now) {
        ObjectNode state = JSON.createObjectNode();
        state.put("now", now.atMillis());
        state.put("application", config.applicationId());
        state.put("policy", config.shedPolicy().name());
        state.put("guarantee", config.guarantee().configValue());
        state.put("state", now.state().name());
        state.put("reason", now.state().reason());
        state.put("ready", now.ready());
        PauseReason paused = now.reading().intake().paused();
        state.put("paused", paused == null ? null : paused.name());
        state.put("alarm", now.alarm());
        numbers(now, state.putObject("metrics"));
        stages(now, state.putArray("stages"));
        state.set("sample", JSON.valueToTree(now.last()));
        List<PartitionStatus> partitions = partitions(now);
        state.set("partitions", JSON.valueToTree(partitions));
        state.put("partitionsNotShown", now.reading().intake().partitions().size() - partitions.size());
        epochs(now, state.putArray("epochs"));
        Instruments instruments = telemetry.instruments();
        state.set(
                "losses",
                JSON.valueToTree(
                        instruments == null
                                ? List.of()
                                : instruments.newestLosses().stream()
                                        .limit(MOST_LOSSES)
                                        .toList()));
        state.set("stalled", JSON.valueToTree(telemetry.explain()));
        return state;
    }

    /** The numbers by the names of their metrics, summed where a metric has labels. */
    private void numbers(Picture now, ObjectNode into) {
        for (Metric metric : Metric.all()) {
            List<Metric.Row> rows = metric instanceof Metric.Counter counter
                    ? counter.rows()
                    : metric instanceof Metric.Gauge gauge ? gauge.rows() : List.of();
            if (!rows.isEmpty()) {
                into.put(
                        metric.name(),
                        rows.stream()
                                .mapToDouble(row -> row.value().applyAsDouble(now))
                                .sum());
            }
        }
        into.put("spillway_partition_lag_records", now.lag());
    }

    /** One by one, where stages are configured. */
    private static void stages(Picture now, ArrayNode into) {
        for (StageReading stage : now.reading().stages()) {
            if (stage.name() != null) {
                into.addObject()
                        .put("name", stage.name())
                        .put("queued", stage.queue().depth())
                        .put("limit", stage.queue().limit())
                        .put("capacity", stage.queue().capacity())
                        .put("workers", stage.workers().workers().size())
                        .put("busy", stage.workers().busy())
                        .put("concurrencyLimit", stage.concurrencyLimit())
                        .put("retriesWaiting", stage.workers().retriesWaiting())
                        .put("deadLettered", stage.deadLettered())
                        .put(
                                "shed",
                                stage.queue().shed().values().stream()
                                        .mapToLong(Long::longValue)
                                        .sum());
            }
        }
    }

    /** By name; where there are too many for a page, those that lag most. */
    private static List<PartitionStatus> partitions(Picture now) {
        return now.reading().intake().partitions().stream()
                .sorted(Comparator.comparing(PartitionStatus::lag).reversed())
                .limit(MOST_PARTITIONS)
                .sorted(Comparator.comparing(PartitionStatus::topic).thenComparing(PartitionStatus::partition))
                .toList();
    }

    /** From the oldest to the youngest, those that are not committed yet at the end. */
    private void epochs(Picture now, ArrayNode into) {
        Instruments instruments = telemetry.instruments();
        List<EndedEpoch> ended = instruments == null ? new ArrayList<>() : new ArrayList<>(instruments.endedEpochs());
        Collections.reverse(ended);
        long newest = 0;
        for (EndedEpoch epoch : ended) {
            EpochReport.Totals totals = epoch.report().totals();
            newest = Math.max(newest, epoch.report().number());
            into.addObject()
                    .put("number", epoch.report().number())
                    .put("state", epoch.report().state().name())
                    .put("consumed", totals.consumed())
                    .put("dropped", totals.dropped());
        }
        for (EpochStatus epoch : now.reading().intake().epochs()) {
            if (epoch.number() > newest) {
                into.addObject()
                        .put("number", epoch.number())
                        .put("state", epoch.state().name())
                        .put("consumed", epoch.consumed())
                        .put("outstanding", epoch.outstanding());
            }
        }
    }

    private static ObjectNode ledger(EndedEpoch ended) {
        EpochReport report = ended.report();
        ObjectNode node = JSON.createObjectNode();
        node.put("number", report.number());
        node.put("state", report.state().name());
        node.put("endedAtMillis", ended.endedAtMillis());
        node.put("lastedSeconds", Sample.inSeconds(ended.lasted().toNanos()));
        node.put("committingSeconds", Sample.inSeconds(ended.committing().toNanos()));
        node.put("reason", ended.reason());
        node.put("conserved", report.totals().isConserved());
        node.set("totals", JSON.valueToTree(report.totals()));
        ArrayNode partitions = node.putArray("partitions");
        report.balances()
                .forEach(balance -> partitions
                        .addObject()
                        .put("topic", balance.partition().topic())
                        .put("partition", balance.partition().number())
                        .put("firstOffset", balance.firstOffset())
                        .put("nextOffset", balance.nextOffset())
                        .put("consumed", balance.consumed())
                        .put("processed", balance.processed())
                        .put("dropped", balance.dropped())
                        .put("deadLettered", balance.deadLettered())
                        .put("fingerprintDifference", Long.toHexString(balance.fingerprintDifference()))
                        .put("balanced", balance.isBalanced()));
        return node;
    }

    private static String text(Object value) {
        try {
            return JSON.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }
}
