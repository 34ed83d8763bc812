package dev.spillway.flow;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A stretch of one thread's work that a token's cancellation interrupts: for calls that know no token, only interrupts.
 *
 * <p>The lock decides between the canceller and the end of the stretch: an interrupt lands within it or not at all, and one that
 * landed leaves no flag behind for the work that follows.
 */
public final class Interruption {
    private final Thread thread = Thread.currentThread();
    private final ReentrantLock lock = new ReentrantLock();

    @GuardedBy("lock")
    private boolean over;

    @GuardedBy("lock")
    private boolean landed;

    private final CancellationToken.Registration registration;

    private Interruption(CancellationToken token) {
        registration = token.onCancel(this::interrupt);
    }

    /**
     * Does the work in the calling thread, which is interrupted when the token is cancelled, at once if it is already.
     *
     * @throws InterruptedException as the work does
     */
    public static <E extends Exception> void during(CancellationToken token, Work<E> work)
            throws E, InterruptedException {
        Interruption interruption = new Interruption(token);
        try {
            work.run();
        } finally {
            interruption.end();
        }
    }

    @SuppressWarnings("ReturnValueIgnored") // asking clears the flag
    private void end() {
        registration.close();
        lock.lock();
        try {
            over = true;
            if (landed) {
                Thread.interrupted();
            }
        } finally {
            lock.unlock();
        }
    }

    private void interrupt() {
        lock.lock();
        try {
            if (!over) {
                landed = true;
                thread.interrupt();
            }
        } finally {
            lock.unlock();
        }
    }

    /** What is done in the stretch. */
    @FunctionalInterface
    public interface Work<E extends Exception> {
        void run() throws E, InterruptedException;
    }
}
