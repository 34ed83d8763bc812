package dev.spillway.bench;

import static java.util.Objects.requireNonNull;

import dev.spillway.config.SpillwayConfig;
import dev.spillway.flow.Time;
import dev.spillway.runtime.ExitReport;
import dev.spillway.runtime.Sidecar;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The sidecar with its defaults, and with what {@code spillway.…} among the arm's settings says otherwise. */
final class SpillwayArm implements Arm {
    /** Before settings that are the sidecar's own. */
    static final String OWN = "spillway.";

    private @Nullable Sidecar sidecar;
    private @Nullable Thread thread;

    @Override
    public void start(ArmSettings settings) {
        Sidecar started = new Sidecar(new SpillwayConfig(configuration(settings)), false, Time.system());
        sidecar = started;
        thread = new Thread(() -> run(started), "sidecar");
        thread.start();
    }

    /** What would be in its file. */
    static Map<String, String> configuration(ArmSettings settings) {
        Map<String, String> all = new HashMap<>();
        all.put("application.id", settings.output());
        all.put("bootstrap.servers", settings.bootstrapServers());
        all.put("input.topics", settings.input());
        all.put("output.topic", settings.output());
        all.put("drop.topic", BenchTopics.drops(settings.output()));
        all.put("dead.letter.topic", BenchTopics.deadLetters(settings.output()));
        all.put("shed.policy", "BLOCK");
        all.put("processing.guarantee", settings.isExactlyOnce() ? "exactly_once_v2" : "at_least_once");
        all.put("admin.listen", "");
        if (settings.workMillis() == 0) {
            all.put("processor", "identity");
        } else {
            all.put("processor", PausingProcessor.class.getName());
            all.put("processor.millis", Long.toString(settings.workMillis()));
        }
        if (settings.has("threads")) {
            all.put("workers", Integer.toString(settings.threads()));
        }
        Clients.tuning(settings).forEach((name, value) -> all.put("producer." + name, value));
        all.putAll(settings.under(OWN));
        return all;
    }

    private static void run(Sidecar sidecar) {
        ExitReport report = sidecar.run();
        if (!report.isConserved() || report.totals().committed().deadLettered() > 0) {
            throw new IllegalStateException(report.render(), report.failure());
        }
    }

    @Override
    public long moved() {
        Sidecar current = sidecar;
        return current == null ? 0 : current.totals().committed().consumed();
    }

    @Override
    public void end() throws InterruptedException {
        requireNonNull(sidecar).stop("the benchmark has seen enough");
        requireNonNull(thread).join();
    }
}
