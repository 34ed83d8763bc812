package dev.spillway.flow;

import java.lang.Thread.State;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.AbstractQueuedSynchronizer;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.opentest4j.AssertionFailedError;

/**
 * The threads that a test starts beside its own. Waits are bounded and say what did not happen; after each test every thread
 * has to be gone, also those that the code under test started.
 */
public final class Crew implements BeforeEachCallback, AfterEachCallback {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final EnumSet<State> WAITING = EnumSet.of(State.WAITING, State.TIMED_WAITING);

    private List<Thread> before = List.of();

    @Override
    public void beforeEach(ExtensionContext context) {
        before = liveThreads();
    }

    @Override
    public void afterEach(ExtensionContext context) {
        try {
            awaitTrue("threads were left behind", () -> leaked().isEmpty());
        } catch (AssertionError e) {
            List<Thread> leaked = leaked();
            leaked.forEach(Thread::interrupt);
            throw new AssertionFailedError("the test leaks " + leaked, e);
        }
    }

    /** Starts a thread that does one thing. */
    public <R> Hand<R> start(String name, Callable<R> action) {
        Hand<R> hand = new Hand<>(name, action);
        hand.thread.start();
        return hand;
    }

    /** Polls until it is so. */
    public static void awaitTrue(String otherwise, BooleanSupplier condition) {
        try {
            Awaitility.await()
                    .pollInSameThread()
                    .pollDelay(Duration.ZERO)
                    .pollInterval(Duration.ofMillis(1))
                    .atMost(PATIENCE)
                    .until(condition::getAsBoolean);
        } catch (ConditionTimeoutException e) {
            throw new AssertionFailedError(otherwise + " (waited " + PATIENCE + ")", e);
        }
    }

    private List<Thread> leaked() {
        return liveThreads().stream().filter(thread -> !before.contains(thread)).toList();
    }

    private static List<Thread> liveThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(Crew::belongsToATest)
                .toList();
    }

    private static boolean belongsToATest(Thread thread) {
        ThreadGroup group = thread.getThreadGroup();
        String name = thread.getName();
        return group != null
                && !group.getName().equals("system")
                && !group.getName().equals("InnocuousThreadGroup") // the JVM's own
                && !name.startsWith("junit-")
                && !name.startsWith("surefire-")
                && !name.startsWith("ForkJoinPool");
    }

    /** One thread of the crew. */
    public static final class Hand<R> {
        private final CompletableFuture<R> task = new CompletableFuture<>();
        private final Thread thread;

        private Hand(String name, Callable<R> action) {
            thread = new Thread(() -> run(action), name);
            thread.setDaemon(true);
        }

        /** Returns when the thread waits for something. */
        public Hand<R> awaitWaiting() {
            awaitTrue(thread.getName() + " does not wait", () -> {
                if (task.isDone()) {
                    throw new AssertionFailedError(thread.getName() + " has ended instead of waiting");
                }
                return WAITING.contains(thread.getState());
            });
            return this;
        }

        /** Returns when the thread waits for a lock, and no longer for a condition or not yet. */
        public void awaitWaitingForLock() {
            awaitTrue(
                    thread.getName() + " does not wait for a lock",
                    () -> LockSupport.getBlocker(thread) instanceof AbstractQueuedSynchronizer);
        }

        public void interrupt() {
            thread.interrupt();
        }

        public boolean isDone() {
            return task.isDone();
        }

        /** What the action returned, once it has. */
        public R result() {
            Throwable thrown = end();
            if (thrown != null) {
                throw new AssertionFailedError(thread.getName() + " failed: " + thrown, thrown);
            }
            return task.join();
        }

        /** What the action threw, once it has. */
        public Throwable failure() {
            Throwable thrown = end();
            if (thrown == null) {
                throw new AssertionFailedError(thread.getName() + " did not fail but returned " + task.join());
            }
            return thrown;
        }

        private @Nullable Throwable end() {
            awaitTrue(thread.getName() + " does not end", task::isDone);
            return task.handle((result, thrown) -> thrown).join();
        }

        private void run(Callable<R> action) {
            try {
                task.complete(action.call());
            } catch (Throwable e) {
                task.completeExceptionally(e);
            }
        }
    }
}
