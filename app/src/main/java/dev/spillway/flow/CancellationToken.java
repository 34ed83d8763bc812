package dev.spillway.flow;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A node in a tree of things that can be told to end. Cancelling a node cancels everything below it, with the same reason;
 * callbacks run once, in the cancelling thread. All methods may be called by any thread.
 *
 * <p>The lock guards the reason and who is to be told of it. A listener is either registered before the reason is set, and then
 * told by the canceller, or after, and then told at once: never both, never neither. Listeners run outside the lock.
 */
public final class CancellationToken implements AutoCloseable {
    private final @Nullable CancellationToken parent;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition cancelled = lock.newCondition();

    @GuardedBy("lock")
    private final Set<Listener> listeners = new LinkedHashSet<>();

    private volatile @Nullable String reason;

    /** How the parent tells this node; null for a root. */
    private volatile @Nullable Listener link;

    private CancellationToken(@Nullable CancellationToken parent) {
        this.parent = parent;
    }

    /** A new tree. */
    public static CancellationToken root() {
        return new CancellationToken(null);
    }

    /** A node below this one; it is born cancelled if this one is. Close it when its work has ended. */
    public CancellationToken child() {
        CancellationToken child = new CancellationToken(this);
        child.link = listen(child::cancel);
        return child;
    }

    /**
     * Cancels this node and all below it. The first call wins.
     *
     * @param why a reason for people, in a few words
     * @return whether this call was the one
     */
    public boolean cancel(String why) {
        List<Listener> told;
        lock.lock();
        try {
            if (reason != null) {
                return false;
            }
            reason = why;
            told = new ArrayList<>(listeners);
            listeners.clear();
            cancelled.signalAll();
        } finally {
            lock.unlock();
        }
        try {
            tellAll(told, why);
        } finally {
            close();
        }
        return true;
    }

    public boolean isCancelled() {
        return reason != null;
    }

    /** Why it was cancelled; empty while it is not. */
    public Optional<String> reason() {
        return Optional.ofNullable(reason);
    }

    /**
     * Does nothing while the node is not cancelled.
     *
     * @throws CancellationException with the reason, if it is
     */
    public void throwIfCancelled() {
        String why = reason;
        if (why != null) {
            throw new CancellationException(why);
        }
    }

    /**
     * Waits until the node is cancelled or the time has passed: a sleep that a cancellation ends.
     *
     * @return whether it is cancelled
     */
    public boolean await(Time time, Duration timeout) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long left = timeout.toNanos();
            long deadline = time.nanoTime() + left;
            while (reason == null && left > 0) {
                left = time.awaitUntil(lock, cancelled, deadline);
            }
            return reason != null;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Runs the callback once when the node is cancelled; at once, in this thread, if it is already.
     *
     * @return takes the callback back
     */
    public Registration onCancel(Runnable callback) {
        Listener listener = listen(why -> callback.run());
        return () -> forget(listener);
    }

    /** Detaches the node from its parent: what it stood for has ended. It is not cancelled by that. Idempotent. */
    @Override
    public void close() {
        Listener registered = link;
        if (parent != null && registered != null) {
            parent.forget(registered);
        }
    }

    /** How many children and callbacks are attached. */
    int attached() {
        lock.lock();
        try {
            return listeners.size();
        } finally {
            lock.unlock();
        }
    }

    private Listener listen(Listener listener) {
        String why;
        lock.lock();
        try {
            why = reason;
            if (why == null) {
                listeners.add(listener);
            }
        } finally {
            lock.unlock();
        }
        if (why != null) {
            listener.cancelled(why);
        }
        return listener;
    }

    private void forget(Listener listener) {
        lock.lock();
        try {
            listeners.remove(listener);
        } finally {
            lock.unlock();
        }
    }

    /** Everybody is told, whatever a callback throws; the first throwable goes to the canceller. */
    private static void tellAll(List<Listener> listeners, String why) {
        Throwable first = null;
        for (Listener listener : listeners) {
            try {
                listener.cancelled(why);
            } catch (RuntimeException | Error e) {
                if (first == null) {
                    first = e;
                } else if (first != e) {
                    first.addSuppressed(e);
                }
            }
        }
        if (first instanceof Error error) {
            throw error;
        }
        if (first instanceof RuntimeException exception) {
            throw exception;
        }
    }

    private interface Listener {
        void cancelled(String why);
    }

    /** A registered callback. */
    public interface Registration extends AutoCloseable {
        /** The callback will not be started any more; it may be running. Idempotent. */
        @Override
        void close();
    }
}
