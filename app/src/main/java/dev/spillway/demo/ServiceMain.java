package dev.spillway.demo;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The main class of a service's JVM: somebody's own service, which knows nothing of Kafka. It takes a few milliseconds for a record,
 * cannot take now and then, and has no use for one of the keys. It prints its port, and lives no longer than somebody holds the other
 * end of its standard input.
 */
final class ServiceMain {
    /** The key whose records are refused for good. */
    static final String REFUSED_KEY = "key-13";

    private static final int BUSY_EVERY = 50;

    private final AtomicLong requests = new AtomicLong();
    private final long workMillis;

    private ServiceMain(long workMillis) {
        this.workMillis = workMillis;
    }

    /**
     * Serves until its input ends.
     *
     * @param args how many milliseconds a record takes
     */
    public static void main(String[] args) throws IOException, ReflectiveOperationException {
        // As for the broker: the terminal's Ctrl-C is for the parent, which needs the service to drain.
        BrokerMain.ignoreSignal("INT");
        BrokerMain.ignoreSignal("HUP");
        ServiceMain service = new ServiceMain(Long.parseLong(args[0]));
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50);
        ExecutorService threads = Executors.newCachedThreadPool();
        server.setExecutor(threads);
        server.createContext("/", service::handle);
        server.start();
        System.out.println(server.getAddress().getPort());
        System.in.transferTo(OutputStream.nullOutputStream());
        server.stop(0);
        threads.shutdownNow();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            exchange.getRequestBody().readAllBytes();
            if (requests.incrementAndGet() % BUSY_EVERY == 0) {
                answer(exchange, 503, "busy");
            } else if (REFUSED_KEY.equals(exchange.getRequestHeaders().getFirst("Spillway-Key"))) {
                answer(exchange, 422, "no use for this key");
            } else {
                Thread.sleep(workMillis); // its work
                answer(exchange, 200, "done");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void answer(HttpExchange exchange, int status, String text) throws IOException {
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, body.length);
        exchange.getResponseBody().write(body);
    }
}
