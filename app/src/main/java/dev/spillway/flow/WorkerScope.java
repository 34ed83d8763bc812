package dev.spillway.flow;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Forks named workers and joins every one of them: none outlives the scope unseen. A worker that fails cancels its siblings
 * through the scope's token. {@link #fork} may be called by any thread, {@link #join} and {@link #close} by the scope's owner.
 *
 * <p>The lock guards the list of workers, how many of them run and what they threw; {@code allEnded} means that none runs.
 */
public final class WorkerScope implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(WorkerScope.class);

    /** What a worker does. */
    @FunctionalInterface
    public interface Work {
        /**
         * Runs until done or cancelled.
         *
         * @param token the scope's token
         * @throws Exception a failure, which cancels the scope; an {@link InterruptedException} after the cancellation is none
         */
        void run(CancellationToken token) throws Exception;
    }

    private final CancellationToken token;
    private final ThreadFactory threads;
    private final Time time;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition allEnded = lock.newCondition();

    @GuardedBy("lock")
    private final List<Thread> workers = new ArrayList<>();

    @GuardedBy("lock")
    private final List<Thread> running = new ArrayList<>();

    @GuardedBy("lock")
    private final List<Throwable> failures = new ArrayList<>();

    @GuardedBy("lock")
    private boolean joining;

    /**
     * Opens a scope.
     *
     * @param parent the token whose cancellation cancels the scope
     * @param kind the kind of thread that each worker gets
     * @param time the clock of the deadlines
     */
    public WorkerScope(CancellationToken parent, WorkerThreads kind, Time time) {
        this.token = parent.child();
        this.threads = kind.factory();
        this.time = time;
    }

    /** The token of this scope; cancelling it tells all workers to end. */
    public CancellationToken token() {
        return token;
    }

    /**
     * Starts a worker.
     *
     * @throws IllegalStateException when the scope is being joined or has been closed
     */
    public void fork(String name, Work work) {
        Thread thread = threads.newThread(() -> runWorker(name, work));
        thread.setName(name);
        lock.lock();
        try {
            if (joining) {
                throw new IllegalStateException("the scope is being joined; " + name + " comes too late");
            }
            thread.start(); // when the system has no more threads to give, there is nothing to join
            workers.add(thread);
            running.add(thread);
        } finally {
            lock.unlock();
        }
    }

    /** What the workers have thrown so far. */
    public List<Throwable> failures() {
        lock.lock();
        try {
            return List.copyOf(failures);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits for all workers; when the time has passed, cancels the token, interrupts those that still run and waits once more.
     * An interrupt of the caller does not end the wait: it is passed on to the workers, and restored at the end.
     *
     * @param timeout for the workers to end by themselves
     * @param grace for the interrupted ones
     */
    public JoinReport join(Duration timeout, Duration grace) {
        boolean interrupted = awaitEnd(timeout.toNanos());
        List<Thread> late = stillRunning();
        if (!late.isEmpty()) {
            cancel("the join's deadline has passed");
            late.forEach(Thread::interrupt);
            interrupted |= awaitEnd(grace.toNanos());
        }
        List<Thread> leaked = stillRunning();
        interrupted |= joinEnded(leaked);
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return report(late.size(), leaked);
    }

    /** Cancels and interrupts what still runs, and waits until every worker has ended, however long that takes. */
    @Override
    public void close() {
        boolean interrupted = awaitEnd(0); // from here on nothing is forked
        cancel("the scope was closed");
        stillRunning().forEach(Thread::interrupt);
        while (!stillRunning().isEmpty()) {
            interrupted |= awaitEnd(Long.MAX_VALUE);
        }
        interrupted |= joinEnded(List.of());
        token.close();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void runWorker(String name, Work work) {
        Throwable failure = null;
        try {
            work.run(token);
        } catch (Throwable e) {
            failure = e instanceof InterruptedException && token.isCancelled() ? null : e;
        }
        ended(failure);
        if (failure != null) {
            LOG.debug("{} failed", name, failure);
            cancel(name + " failed: " + failure);
        }
    }

    /** What a callback throws is a failure of the scope; it keeps nobody from being interrupted and joined. */
    private void cancel(String why) {
        try {
            token.cancel(why);
        } catch (RuntimeException | Error e) {
            LOG.warn("a callback failed while the workers were cancelled: {}", why, e);
            lock.lock();
            try {
                failures.add(e);
            } finally {
                lock.unlock();
            }
        }
    }

    private void ended(@Nullable Throwable failure) {
        lock.lock();
        try {
            if (failure != null) {
                failures.add(failure);
            }
            running.remove(Thread.currentThread());
            if (running.isEmpty()) {
                allEnded.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Returns when no worker runs or the time has passed; says whether the caller was interrupted meanwhile. */
    private boolean awaitEnd(long nanos) {
        boolean interrupted = false;
        lock.lock();
        try {
            joining = true;
            long deadline = time.nanoTime() + nanos;
            long left = nanos;
            while (!running.isEmpty() && left > 0) {
                try {
                    left = time.awaitUntil(lock, allEnded, deadline);
                } catch (InterruptedException e) {
                    interrupted = true;
                    running.forEach(Thread::interrupt);
                    left = deadline - time.nanoTime();
                }
            }
            return interrupted;
        } finally {
            lock.unlock();
        }
    }

    private List<Thread> stillRunning() {
        lock.lock();
        try {
            return List.copyOf(running);
        } finally {
            lock.unlock();
        }
    }

    /** A worker that has left its list is a few instructions from its end; waiting for these makes "joined" literal. */
    private boolean joinEnded(List<Thread> leaked) {
        List<Thread> ended;
        lock.lock();
        try {
            ended = new ArrayList<>(workers);
        } finally {
            lock.unlock();
        }
        ended.removeAll(leaked);
        boolean interrupted = false;
        for (Thread thread : ended) {
            interrupted |= joinUninterruptibly(thread);
        }
        return interrupted;
    }

    private static boolean joinUninterruptibly(Thread thread) {
        boolean interrupted = false;
        while (true) {
            try {
                thread.join();
                return interrupted;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
    }

    private JoinReport report(int aborted, List<Thread> leaked) {
        lock.lock();
        try {
            return new JoinReport(
                    workers.size() - aborted,
                    aborted,
                    leaked.stream().map(Thread::getName).toList(),
                    List.copyOf(failures));
        } finally {
            lock.unlock();
        }
    }
}
