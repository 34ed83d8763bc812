package dev.spillway.processor;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.spillway.config.HttpConfig;
import dev.spillway.flow.Signal;
import dev.spillway.flow.Time;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.ConnectException;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow.Subscription;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Sends HTTP requests and waits for their answers. An answer is bounded in time, from the connection to its last byte, and in length;
 * an interrupt ends the exchange. Connections are kept and used again, redirects are not followed, and no proxy stands between.
 *
 * <p>Any thread. The threads that move the bytes are started by the first exchange; the lock guards that.
 */
final class HttpExchanges implements AutoCloseable {
    /** How much of the text that comes with an error is read; what is longer costs the connection. */
    private static final int ERROR_BYTES = 8 * 1024;

    private static final Duration IDLE_THREADS_END = Duration.ofSeconds(30);

    private final HttpConfig config;
    private final Time time;
    private final ThreadPoolExecutor threads;
    private final ReentrantLock lock = new ReentrantLock();

    @GuardedBy("lock")
    private @Nullable HttpClient client;

    HttpExchanges(HttpConfig config, Time time) {
        this.config = config;
        this.time = time;
        this.threads = threads(Math.max(2, Runtime.getRuntime().availableProcessors()));
    }

    /** Nothing that they run blocks: a few are enough for any number of exchanges. */
    private static ThreadPoolExecutor threads(int count) {
        AtomicInteger number = new AtomicInteger();
        ThreadPoolExecutor threads = new ThreadPoolExecutor(
                count, count, IDLE_THREADS_END.toSeconds(), TimeUnit.SECONDS, new LinkedBlockingQueue<>(), work -> {
                    Thread thread = new Thread(work, "spillway-http-" + number.getAndIncrement());
                    thread.setDaemon(true);
                    return thread;
                });
        threads.allowCoreThreadTimeOut(true);
        return threads;
    }

    /**
     * Sends a request and waits for the whole answer.
     *
     * @param timeout how long that may take
     * @throws HttpTimeoutException when it takes longer
     * @throws IOException when there is no answer
     * @throws PermanentFailureException when a successful answer is longer than {@code http.max.response.bytes}
     * @throws InterruptedException when the caller is interrupted; then the exchange has ended, too
     */
    HttpAnswer exchange(HttpRequest request, Duration timeout) throws IOException, InterruptedException {
        Signal answered = new Signal(time);
        CompletableFuture<HttpResponse<byte[]>> answer = client().sendAsync(request, this::collect);
        CompletableFuture<?> unused = answer.whenComplete((response, failure) -> answered.raise());
        try {
            answered.await(timeout);
            if (!answer.isDone()) {
                throw new HttpTimeoutException(
                        "no whole answer within " + timeout.toMillis() + " ms (http.timeout.ms)");
            }
            HttpResponse<byte[]> response = answer.get();
            return new HttpAnswer(response.statusCode(), response.headers(), response.body());
        } catch (ExecutionException e) {
            throw failure(e.getCause() == null ? e : e.getCause());
        } finally {
            answer.cancel(true);
        }
    }

    /** Ends the threads; call it when no exchange is under way. */
    @Override
    public void close() {
        threads.shutdownNow();
    }

    private HttpClient client() {
        lock.lock();
        try {
            if (client == null) {
                client = HttpClient.newBuilder()
                        .version(config.version().equals("2") ? HttpClient.Version.HTTP_2 : HttpClient.Version.HTTP_1_1)
                        .connectTimeout(config.connectTimeout())
                        .followRedirects(HttpClient.Redirect.NEVER)
                        .proxy(HttpClient.Builder.NO_PROXY)
                        .executor(threads)
                        .build();
            }
            return client;
        } finally {
            lock.unlock();
        }
    }

    private BodySubscriber<byte[]> collect(HttpResponse.ResponseInfo info) {
        return HttpStatus.isSuccess(info.statusCode())
                ? new BoundedBody(config.maxResponseBytes(), false)
                : new BoundedBody(Math.min(ERROR_BYTES, config.maxResponseBytes()), true);
    }

    /** As the exception that tells most: Java's own for a connection that was refused has no message. */
    private IOException failure(Throwable cause) {
        if (cause instanceof PermanentFailureException permanent) {
            throw permanent;
        }
        if (cause instanceof Error error) {
            throw error;
        }
        if (cause instanceof HttpConnectTimeoutException) {
            return new HttpConnectTimeoutException("no connection to the service within "
                    + config.connectTimeout().toMillis() + " ms (http.connect.timeout.ms)");
        }
        if (cause instanceof ConnectException) {
            return new IOException("cannot connect to the service", cause);
        }
        return cause instanceof IOException io ? io : new IOException("no answer from the service: " + cause, cause);
    }

    /** Collects a body up to a length. For one thread at a time, as reactive streams promise. */
    private static final class BoundedBody implements BodySubscriber<byte[]> {
        private final int limit;
        private final boolean cut;
        private final ByteArrayOutputStream collected = new ByteArrayOutputStream();
        private final CompletableFuture<byte[]> body = new CompletableFuture<>();
        private @Nullable Subscription subscription;

        /**
         * Collects at most so many bytes.
         *
         * @param cut whether the beginning of a longer body will do; otherwise that is a failure
         */
        BoundedBody(int limit, boolean cut) {
            this.limit = limit;
            this.cut = cut;
        }

        @Override
        public CompletionStage<byte[]> getBody() {
            return body;
        }

        @Override
        public void onSubscribe(Subscription given) {
            if (subscription != null) {
                given.cancel();
                return;
            }
            subscription = given;
            given.request(1);
        }

        @Override
        public void onNext(List<ByteBuffer> buffers) {
            for (ByteBuffer buffer : buffers) {
                byte[] part = new byte[Math.min(buffer.remaining(), limit - collected.size())];
                buffer.get(part);
                collected.writeBytes(part);
                if (buffer.hasRemaining()) {
                    endEarly();
                    return;
                }
            }
            if (subscription != null) {
                subscription.request(1);
            }
        }

        private void endEarly() {
            if (subscription != null) {
                subscription.cancel();
            }
            if (cut) {
                body.complete(collected.toByteArray());
            } else {
                body.completeExceptionally(
                        new PermanentFailureException("the answer is longer than http.max.response.bytes=" + limit));
            }
        }

        @Override
        public void onError(Throwable failure) {
            body.completeExceptionally(failure);
        }

        @Override
        public void onComplete() {
            body.complete(collected.toByteArray());
        }
    }
}
