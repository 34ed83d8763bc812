package dev.spillway.runtime;

import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The thread on which transactions are committed and aborted, one after the other, so that the consumer loop never waits for them. */
final class Commits implements Executor, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Commits.class);
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /** For Kafka's clients to notice an interrupt, which ends all their waits. */
    private static final long INTERRUPTED_SECONDS = 10;

    private final Duration patience;
    private volatile @Nullable Thread committer;
    private final ExecutorService executor = Executors.newSingleThreadExecutor(work -> {
        Thread thread = new Thread(work, "spillway-commits");
        thread.setDaemon(true);
        committer = thread;
        return thread;
    });
    private volatile Runnable onStop = () -> {};

    Commits() {
        this(PATIENCE);
    }

    /**
     * Stops with some patience.
     *
     * @param patience how long what is under way may take to end by itself
     */
    Commits(Duration patience) {
        this.patience = patience;
    }

    /** The thread; null before the first commit. Any thread. */
    @Nullable
    Thread thread() {
        return committer;
    }

    /** What lets a commit that gets no answer end. */
    void onStop(Runnable hurry) {
        onStop = hurry;
    }

    @Override
    public void execute(Runnable step) {
        try {
            executor.execute(step);
        } catch (RejectedExecutionException e) {
            LOG.debug("too late for a commit or an abort: the connections are being closed, which aborts as well", e);
        }
    }

    /** Lets what is under way end, interrupts it if that takes too long, and joins the thread. Idempotent. */
    void stop() {
        onStop.run();
        executor.shutdown();
        try {
            if (!executor.awaitTermination(patience.toNanos(), TimeUnit.NANOSECONDS)) {
                LOG.warn(
                        "a commit or an abort got no answer from Kafka within {} ms and is left to the broker",
                        patience.toMillis());
                executor.shutdownNow();
                if (!executor.awaitTermination(INTERRUPTED_SECONDS, TimeUnit.SECONDS)) {
                    LOG.warn("the thread of the commits did not end when it was interrupted");
                }
            }
        } catch (InterruptedException e) {
            executor.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        stop();
    }
}
