package dev.spillway.processor;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;

/** A service on a loopback port that answers as a test says, and remembers what it was asked. Closing it ends its threads. */
final class TestService implements AutoCloseable {
    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<Request> requests = new CopyOnWriteArrayList<>();
    private volatile Function<Request, Answer> behaviour = request -> new Answer(200, "");

    /** What it was asked. */
    record Request(String method, String path, Headers headers, String body, int clientPort) {
        /** The only header of that name; "none" when it is not there. */
        String header(String name) {
            List<String> values = headers.getOrDefault(name, List.of("none"));
            if (values.size() != 1) {
                throw new AssertionError(name + " " + values);
            }
            return values.get(0);
        }
    }

    /** What it answers. */
    record Answer(int status, Map<String, String> headers, String body) {
        Answer(int status, String body) {
            this(status, Map.of(), body);
        }
    }

    TestService() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50);
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
    }

    @CanIgnoreReturnValue
    TestService answering(Function<Request, Answer> given) {
        behaviour = given;
        return this;
    }

    @CanIgnoreReturnValue
    TestService answering(int status, String body) {
        return answering(request -> new Answer(status, body));
    }

    URI url(String path) {
        return URI.create("http://127.0.0.1:" + port() + path);
    }

    int port() {
        return server.getAddress().getPort();
    }

    List<Request> requests() {
        return requests;
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            Request request = new Request(
                    exchange.getRequestMethod(),
                    exchange.getRequestURI().toString(),
                    exchange.getRequestHeaders(),
                    new String(exchange.getRequestBody().readAllBytes(), UTF_8),
                    exchange.getRemoteAddress().getPort());
            requests.add(request);
            Answer answer = behaviour.apply(request);
            answer.headers().forEach(exchange.getResponseHeaders()::set);
            byte[] body = answer.body().getBytes(UTF_8);
            exchange.sendResponseHeaders(answer.status(), body.length == 0 ? -1 : body.length);
            exchange.getResponseBody().write(body);
        }
    }
}
