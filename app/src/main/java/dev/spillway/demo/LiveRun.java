package dev.spillway.demo;

import dev.spillway.config.SpillwayConfig;
import dev.spillway.flow.CancellationToken;
import dev.spillway.flow.JoinReport;
import dev.spillway.flow.Time;
import dev.spillway.flow.WorkerScope;
import dev.spillway.flow.WorkerThreads;
import dev.spillway.inspect.AuditReader;
import dev.spillway.inspect.AuditReport;
import dev.spillway.inspect.DropReport;
import dev.spillway.inspect.Drops;
import dev.spillway.inspect.Grouping;
import dev.spillway.inspect.ReadProgress;
import dev.spillway.inspect.TimeWindow;
import dev.spillway.ledger.RunTotals;
import dev.spillway.load.Generator;
import dev.spillway.load.JobMix;
import dev.spillway.load.Limit;
import dev.spillway.load.Load;
import dev.spillway.load.LoadReport;
import dev.spillway.load.RecordSource;
import dev.spillway.load.Schedule;
import dev.spillway.runtime.ExitReport;
import dev.spillway.runtime.Sidecar;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.jspecify.annotations.Nullable;

/**
 * The real thing: a sidecar beside a real broker, under DROP_OLDEST and exactly_once_v2, while a generator offers several times as
 * much as its workers can do. {@link #run} occupies the calling thread; the sidecar and the generator have one each.
 */
final class LiveRun {
    static final int WORKERS = 4;
    static final long WORK_MILLIS = 5;
    static final int OFFERED_PER_SECOND = 4000;

    private static final Duration LOAD = Duration.ofSeconds(8);
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration TICK = Duration.ofMillis(500);
    private static final int PARTITIONS = 4;
    private static final String INPUT = "demo-input";

    /** Is told how the run goes on, twice a second. */
    @FunctionalInterface
    interface Watcher {
        void see(long offered, RunTotals totals);
    }

    private final String bootstrapServers;
    private final SpillwayConfig config;
    private final Time time;
    private final CancellationToken stop;
    private final AtomicReference<@Nullable LoadReport> offered = new AtomicReference<>();
    private final AtomicReference<@Nullable ExitReport> exit = new AtomicReference<>();
    private volatile boolean loadEnded;

    /**
     * Prepares a run.
     *
     * @param service who does the work; null for the sidecar itself
     * @param stop ends it before its time
     */
    LiveRun(String bootstrapServers, @Nullable URI service, Time time, CancellationToken stop) {
        this.bootstrapServers = bootstrapServers;
        this.time = time;
        this.stop = stop;
        Map<String, String> settings = new HashMap<>(Map.ofEntries(
                Map.entry("application.id", "demo"),
                Map.entry("bootstrap.servers", bootstrapServers),
                Map.entry("input.topics", INPUT),
                Map.entry("output.topic", "demo-results"),
                Map.entry("drop.topic", "demo-drops"),
                Map.entry("topics.create", "true"),
                Map.entry("shed.policy", "DROP_OLDEST"),
                Map.entry("workers", Integer.toString(WORKERS)),
                Map.entry("queue.capacity", "200"),
                Map.entry("consumer.max.poll.records", "200")));
        settings.put("processor", service == null ? "job" : "http");
        if (service != null) {
            settings.put("http.url", service.toString());
        }
        this.config = new SpillwayConfig(settings);
    }

    /** Runs the load and the sidecar until all of the load has an outcome, or somebody stops it. */
    ExitReport run(Watcher watcher) throws InterruptedException, ExecutionException {
        createInput();
        Sidecar sidecar = new Sidecar(config, false, time);
        try (WorkerScope scope = new WorkerScope(stop, WorkerThreads.PLATFORM, time)) {
            scope.fork("sidecar", token -> exit.set(sidecar.run()));
            scope.fork("generator", this::offer);
            while (!scope.token().isCancelled() && !isDone(sidecar)) {
                watcher.see(offeredRecords(), sidecar.totals());
                scope.token().await(time, TICK);
            }
            watcher.see(offeredRecords(), sidecar.totals());
            sidecar.stop("the demo's load has ended");
            JoinReport joined = scope.join(PATIENCE, PATIENCE);
            ExitReport report = exit.get();
            if (report == null) {
                throw new IllegalStateException(
                        "the sidecar did not end in order",
                        joined.failures().isEmpty() ? null : joined.failures().get(0));
            }
            return report;
        }
    }

    /** What was shed, by input partition. */
    DropReport drops() {
        try (Consumer<byte[], byte[]> consumer = new KafkaConsumer<>(config.inspectionClient())) {
            return new Drops(consumer, config.topics().drop(), time, PATIENCE, stop, ReadProgress.NONE)
                    .count(TimeWindow.ALWAYS, List.of(Grouping.TIME, Grouping.PARTITION));
        }
    }

    /** The proof; empty when somebody stopped it. */
    Optional<AuditReport> audit() {
        try (Admin admin = Admin.create(config.adminClient());
                Consumer<byte[], byte[]> consumer = new KafkaConsumer<>(config.inspectionClient())) {
            return AuditReader.of(config, admin, consumer, time, stop, ReadProgress.NONE)
                    .run();
        }
    }

    private void offer(CancellationToken token) {
        Map<String, Object> settings = new HashMap<>(config.producerClient(0));
        settings.remove("transactional.id");
        settings.remove("transaction.timeout.ms");
        Generator generator = new Generator(
                new KafkaProducer<>(settings),
                new Load(
                        INPUT,
                        Schedule.paced(OFFERED_PER_SECOND, null, Limit.time(LOAD)),
                        RecordSource.jobs(1, 100, 1.1, new JobMix(0, 0, 1, 0, WORK_MILLIS, null, 0.5)),
                        1),
                time,
                token,
                offered::set);
        offered.set(generator.run());
        loadEnded = true;
    }

    private boolean isDone(Sidecar sidecar) {
        return exit.get() != null || (loadEnded && sidecar.totals().committed().consumed() >= offeredRecords());
    }

    private long offeredRecords() {
        LoadReport report = offered.get();
        return report == null ? 0 : report.handedOver();
    }

    private void createInput() throws InterruptedException, ExecutionException {
        try (Admin admin = Admin.create(Map.<String, Object>of("bootstrap.servers", bootstrapServers))) {
            admin.createTopics(List.of(new NewTopic(INPUT, Optional.of(PARTITIONS), Optional.empty())))
                    .all()
                    .get();
        }
    }
}
