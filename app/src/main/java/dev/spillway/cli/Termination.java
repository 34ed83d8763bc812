package dev.spillway.cli;

import dev.spillway.flow.CancellationToken;
import java.util.concurrent.CountDownLatch;

/**
 * Turns SIGTERM and SIGINT into a cancelled token and holds the JVM until the command has ended: what the command returns is the
 * exit code, not the 130 or 143 that the JVM would choose.
 *
 * <p>The JVM runs its other shutdown hooks at the same time: nothing that a command needs for its orderly end may be taken down
 * by one of them.
 */
final class Termination {
    private final CancellationToken token = CancellationToken.root();
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile int exitCode;

    private Termination() {}

    static Termination onSignal() {
        Termination termination = new Termination();
        Runtime.getRuntime().addShutdownHook(new Thread(termination::shutDown, "spillway-shutdown"));
        return termination;
    }

    /** Cancelled when the process is told to end. */
    CancellationToken token() {
        return token;
    }

    /** The command has ended; to be called in any case, or the JVM would wait for ever. */
    void ended(int code) {
        exitCode = code;
        ended.countDown();
    }

    private void shutDown() {
        if (ended.getCount() == 0) {
            return;
        }
        token.cancel("the process was told to end by a signal");
        try {
            ended.await();
            Runtime.getRuntime().halt(exitCode);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
