package dev.spillway;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.TimeUnit;

/**
 * A process that stands still, as on a laptop that sleeps or in a frozen container, until this is closed.
 *
 * <p>A small shell holds it: should this JVM end first, the shell's input ends and the process goes on, to find out that its parent is
 * gone.
 */
public final class Suspension implements AutoCloseable {
    private static final String SCRIPT = "kill -STOP \"$0\" && echo stopped; read -r line; kill -CONT \"$0\"";
    private static final int PATIENCE_SECONDS = 20;

    private final Process holder;

    private Suspension(Process holder) {
        this.holder = holder;
    }

    /** Suspends a process and returns when it has stopped. */
    public static Suspension of(long pid) {
        try {
            Process holder = new ProcessBuilder("sh", "-c", SCRIPT, Long.toString(pid))
                    .redirectErrorStream(true)
                    .start();
            String answer = holder.inputReader(UTF_8).readLine();
            if (!"stopped".equals(answer)) {
                throw new AssertionError("process " + pid + " could not be stopped: " + answer);
            }
            return new Suspension(holder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Lets the process go on. Idempotent. */
    @Override
    public void close() {
        try {
            holder.getOutputStream().close();
            if (!holder.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                throw new AssertionError("the shell that holds a process has not ended");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
