package dev.spillway.processor;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Where processors compute: as many platform threads as there are cores, started when they are needed. Its queue holds no more than
 * one piece of work for each worker, because whoever hands one in waits for it.
 */
public final class CpuPool implements AutoCloseable {
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);

    private final ExecutorService threads;

    /** A pool of so many threads. */
    public CpuPool(int size) {
        AtomicInteger number = new AtomicInteger();
        ThreadPoolExecutor pool =
                new ThreadPoolExecutor(size, size, 1, TimeUnit.MINUTES, new LinkedBlockingQueue<>(), work -> {
                    Thread thread = new Thread(work, "spillway-cpu-" + number.getAndIncrement());
                    thread.setDaemon(true);
                    return thread;
                });
        pool.allowCoreThreadTimeOut(true);
        this.threads = pool;
    }

    /** A pool of these threads, which end with it. */
    CpuPool(ExecutorService threads) {
        this.threads = threads;
    }

    /**
     * Runs the work in the pool and waits for it.
     *
     * @throws InterruptedException when the caller is interrupted; then the work is interrupted, too, or never begun
     * @throws Exception what the work throws
     */
    <T extends @Nullable Object> T run(Callable<T> work) throws Exception {
        Future<T> result = threads.submit(inContextOf(Thread.currentThread(), work));
        try {
            return result.get();
        } catch (InterruptedException e) {
            result.cancel(true);
            throw e;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Exception cause) {
                throw cause;
            }
            if (e.getCause() instanceof Error error) {
                throw error;
            }
            throw e;
        }
    }

    /** What is computed finds what its caller would find. */
    private static <T extends @Nullable Object> Callable<T> inContextOf(Thread caller, Callable<T> work) {
        ClassLoader loader = caller.getContextClassLoader();
        return () -> {
            Thread.currentThread().setContextClassLoader(loader);
            return work.call();
        };
    }

    /**
     * Interrupts what is still computing and waits for its end, for a few seconds at most.
     *
     * @throws IllegalStateException when some work ignores that
     */
    @Override
    public void close() {
        threads.shutdownNow();
        try {
            if (!threads.awaitTermination(CLOSE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new IllegalStateException("work in the CPU pool ignores interrupts");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
