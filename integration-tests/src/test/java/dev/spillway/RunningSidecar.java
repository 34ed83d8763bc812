package dev.spillway;

import static java.util.concurrent.TimeUnit.SECONDS;

import dev.spillway.config.SpillwayConfig;
import dev.spillway.flow.Time;
import dev.spillway.runtime.ExitReport;
import dev.spillway.runtime.Lifecycle;
import dev.spillway.runtime.Sidecar;
import dev.spillway.telemetry.Telemetry;
import java.util.concurrent.CompletableFuture;

/** A sidecar that runs beside the test, in a thread of this process. Closing it stops it. */
public final class RunningSidecar implements AutoCloseable {
    private static final int STOP_SECONDS = 60;

    private final Telemetry telemetry;
    private final Sidecar sidecar;
    private final CompletableFuture<ExitReport> report = new CompletableFuture<>();

    private RunningSidecar(SpillwayConfig config) {
        this.telemetry = new Telemetry(config, Time.system());
        this.sidecar = new Sidecar(config, false, Time.system(), telemetry.registry());
        telemetry.watch(sidecar);
    }

    /** Starts it; what keeps it from starting is thrown by {@link #stop}. */
    public static RunningSidecar start(SpillwayConfig config) {
        RunningSidecar running = new RunningSidecar(config);
        Thread thread = new Thread(running::run, "sidecar");
        thread.setDaemon(true);
        thread.start();
        return running;
    }

    public Lifecycle.State state() {
        return sidecar.state();
    }

    /** The port at which it shows itself. */
    public int port() {
        return telemetry.port();
    }

    /** Asks it to stop and waits for its report. */
    public ExitReport stop() throws Exception {
        sidecar.stop("the test has seen enough");
        return report.get(STOP_SECONDS, SECONDS);
    }

    @Override
    public void close() {
        sidecar.stop("the test is over");
        report.handle((result, failure) -> result)
                .orTimeout(STOP_SECONDS, SECONDS)
                .join();
        telemetry.close();
    }

    @SuppressWarnings("CatchingThrowable") // the test's thread is to throw it
    private void run() {
        try {
            report.complete(sidecar.run());
        } catch (Throwable e) {
            report.completeExceptionally(e);
        }
    }
}
