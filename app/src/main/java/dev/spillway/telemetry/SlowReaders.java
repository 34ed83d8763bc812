package dev.spillway.telemetry;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.spillway.flow.Time;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Hangs up on those who do not take what they asked for: nobody can keep a thread by not reading. An interrupt closes the connection that
 * a thread writes to, or reads from. Any thread.
 */
final class SlowReaders {
    private static final long PATIENCE_NANOS = Duration.ofSeconds(10).toNanos();

    private final Time time;
    private final Set<Answering> answering = ConcurrentHashMap.newKeySet();

    SlowReaders(Time time) {
        this.time = time;
    }

    /** The calling thread begins to answer somebody, who has so long from now on. */
    Answering begin() {
        Answering one = new Answering(Thread.currentThread(), time.nanoTime());
        answering.add(one);
        return one;
    }

    /** Looks whose time is over; called again and again. */
    void hangUp() {
        long now = time.nanoTime();
        answering.forEach(one -> one.hangUpIfOverdue(now));
    }

    /** An answer that is being given. */
    final class Answering implements AutoCloseable {
        private final Thread thread;
        private final long sinceNanos;

        @GuardedBy("this")
        private boolean ended;

        private Answering(Thread thread, long sinceNanos) {
            this.thread = thread;
            this.sinceNanos = sinceNanos;
        }

        private synchronized void hangUpIfOverdue(long now) {
            if (!ended && now - sinceNanos >= PATIENCE_NANOS) {
                thread.interrupt();
            }
        }

        /** It may take as long as it likes from now on. */
        synchronized void takeYourTime() {
            ended = true;
            answering.remove(this);
        }

        /** It is given. */
        @Override
        public void close() {
            takeYourTime();
        }
    }
}
