package dev.spillway.chaos;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Looks at something again and again, in a thread of its own, until it is closed. */
final class Looks implements AutoCloseable {
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor();
    private final String what;

    /**
     * Begins at once.
     *
     * @param what is looked at, for the message when a look does not end
     */
    Looks(String what, int everyMillis, Runnable look) {
        this.what = what;
        var unused = thread.scheduleWithFixedDelay(look, 0, everyMillis, MILLISECONDS);
    }

    /** Looks no more, and waits for a look that is under way. Idempotent. */
    @Override
    public void close() {
        thread.shutdown();
        try {
            if (!thread.awaitTermination(1, TimeUnit.MINUTES)) {
                throw new AssertionError("the last look at " + what + " does not end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
