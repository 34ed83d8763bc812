package dev.spillway.telemetry;

import dev.spillway.config.InvalidConfigException;
import dev.spillway.config.SpillwayConfig;
import dev.spillway.config.StageConfig;
import dev.spillway.flow.CancellationToken;
import dev.spillway.flow.Time;
import dev.spillway.runtime.Instruments;
import dev.spillway.runtime.Lifecycle;
import dev.spillway.runtime.Sidecar;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All that an operator sees of a sidecar: its metrics, its health, its live page, and the watermark alarm. Made before the sidecar, whose
 * clients are bound to its registry; watches it from {@link #watch} to {@link #close}.
 *
 * <p>One thread takes a picture each second, for the alarm and for the plots' past. Everything else is done when somebody asks.
 */
public final class Telemetry implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Telemetry.class);
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final long JOIN_MILLIS = 5000;

    private final SpillwayConfig config;
    private final Time time;
    private final Metrics metrics;
    private final WatermarkAlarm alarm;
    private final StallExplainer stalls;
    private final History history = new History();
    private final Beat beat = new Beat();
    private final CancellationToken stop = CancellationToken.root();
    private final LivePage page;

    private volatile @Nullable Sidecar sidecar;
    private volatile Sample last = Sample.NONE;
    private volatile @Nullable String alarmRaisedFor;
    private Picture previous;
    private @Nullable AdminServer server;
    private @Nullable Thread sampler;

    /** Watches nothing yet. */
    public Telemetry(SpillwayConfig config, Time time) {
        this.config = config;
        this.time = time;
        this.previous = look();
        this.metrics = new Metrics(namesOf(config.stages()), this::look);
        this.alarm = new WatermarkAlarm(
                config.stages().stream().map(StageConfig::shedPolicy).toList(), config.queueAlarm(), previous);
        this.stalls = new StallExplainer(config.stalledAfter());
        this.page = new LivePage(config, this);
    }

    private static List<String> namesOf(List<StageConfig> stages) {
        return stages.stream()
                .map(StageConfig::name)
                .<String>mapMulti((name, names) -> {
                    if (name != null) {
                        names.accept(name);
                    }
                })
                .toList();
    }

    /** The reference table of the sidecar's own metrics, in Markdown. */
    public static String reference() {
        return Metrics.reference();
    }

    /** Where Kafka's clients are bound. */
    public MeterRegistry registry() {
        return metrics.registry();
    }

    /**
     * Starts to watch, and to answer at {@code admin.listen}. Where nobody chose an address and the default one is taken, nobody answers:
     * that is no reason not to run.
     *
     * @throws InvalidConfigException when nothing can listen at an address that somebody chose
     */
    public void watch(Sidecar watched) {
        sidecar = watched;
        server = AdminServer.start(config, this);
        Thread thread = new Thread(this::sample, "spillway-telemetry");
        thread.setDaemon(true);
        thread.start();
        sampler = thread;
    }

    /** The port that it answers at; -1 for none. */
    public int port() {
        AdminServer current = server;
        return current == null ? -1 : current.port();
    }

    /** Stops watching; its threads have ended then. */
    @Override
    public void close() {
        stop.cancel("the telemetry is closed");
        beat.close();
        AdminServer current = server;
        if (current != null) {
            current.close();
        }
        Thread thread = sampler;
        if (thread != null) {
            try {
                thread.join(JOIN_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        metrics.close();
        stop.close();
    }

    /** All that can be seen now. */
    Picture look() {
        Sidecar current = sidecar;
        Instruments instruments = instruments();
        // The reading comes first: what it says of the loop must not lie after the picture's own moment.
        Instruments.Reading reading = instruments == null ? Instruments.Reading.NONE : instruments.read();
        return new Picture(
                time.nanoTime(),
                time.currentTimeMillis(),
                current == null ? new Lifecycle.Created("not watched yet") : current.state(),
                current != null && current.isReady(),
                reading,
                last,
                alarmRaisedFor);
    }

    /** Null before the sidecar is assembled. */
    @Nullable
    Instruments instruments() {
        Sidecar current = sidecar;
        return current == null ? null : current.instruments();
    }

    Metrics metrics() {
        return metrics;
    }

    History history() {
        return history;
    }

    Beat beat() {
        return beat;
    }

    LivePage page() {
        return page;
    }

    StallExplainer.Explanation explain() {
        return stalls.explain(look(), instruments());
    }

    private void sample() {
        try {
            while (!stop.await(time, SECOND)) {
                tick();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    Time time() {
        return time;
    }

    /** One second has passed. */
    void tick() {
        AdminServer current = server;
        if (current != null) {
            current.hangUpOnSlowReaders();
        }
        Picture now = look();
        Sample sample = Sample.between(previous, now);
        previous = now;
        last = sample;
        history.add(sample);
        boolean before = alarm.raisedFor() != null;
        alarm.look(now).ifPresent(line -> {
            if (before) {
                LOG.info(line);
            } else {
                LOG.warn(line);
            }
        });
        alarmRaisedFor = alarm.raisedFor();
        beat.next();
    }
}
