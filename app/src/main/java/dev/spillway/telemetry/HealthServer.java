package dev.spillway.telemetry;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.spillway.config.InvalidConfigException;
import dev.spillway.config.SpillwayConfig;
import dev.spillway.runtime.Lifecycle;
import dev.spillway.runtime.Sidecar;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers {@code GET /health/live} and {@code GET /health/ready} over HTTP with 200 or 503 and the life-cycle state. Live means that
 * the run has not failed; ready means that it runs and the group has assigned it partitions. One thread of its own, which {@link
 * #close} ends.
 */
public final class HealthServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HealthServer.class);
    private static final int BACKLOG = 16;

    private final @Nullable HttpServer server;

    private HealthServer(@Nullable HttpServer server) {
        this.server = server;
    }

    /**
     * Starts answering for a sidecar at {@code admin.listen}. Where nobody chose an address and the default one is taken, there is no
     * server: that is no reason not to run.
     *
     * @throws InvalidConfigException when nothing can listen at an address that somebody chose
     */
    public static HealthServer start(SpillwayConfig config, Sidecar sidecar) {
        String listen = config.adminListen();
        if (listen.isEmpty()) {
            return new HealthServer(null);
        }
        try {
            return new HealthServer(listen(listen, sidecar));
        } catch (IOException | IllegalArgumentException e) {
            String problem = "admin.listen=" + listen + " cannot be used (" + e.getMessage()
                    + "): choose another address, or an empty value for none";
            if (config.isAdminListenSet()) {
                throw new InvalidConfigException(problem);
            }
            LOG.warn("no health checks: {}", problem);
            return new HealthServer(null);
        }
    }

    private static HttpServer listen(String listen, Sidecar sidecar) throws IOException {
        int colon = listen.lastIndexOf(':');
        InetAddress host = InetAddress.getByName(listen.substring(0, colon));
        int port = Integer.parseInt(listen.substring(colon + 1));
        HttpServer server = HttpServer.create(new InetSocketAddress(host, port), BACKLOG);
        serve(server, "/health/live", sidecar, () -> !(sidecar.state() instanceof Lifecycle.Failed));
        serve(server, "/health/ready", sidecar, sidecar::isReady);
        server.start();
        return server;
    }

    /** The port that it listens at; -1 for none. */
    public int port() {
        return server == null ? -1 : server.getAddress().getPort();
    }

    @Override
    public void close() {
        if (server != null) {
            server.stop(0);
        }
    }

    private static void serve(HttpServer server, String path, Sidecar sidecar, BooleanSupplier healthy) {
        server.createContext(path, exchange -> {
            try (exchange) {
                if (!exchange.getRequestURI().getPath().equals(path)) {
                    answer(exchange, 404, "no such page");
                } else if (!exchange.getRequestMethod().equals("GET")) {
                    exchange.getResponseHeaders().set("Allow", "GET");
                    answer(exchange, 405, "GET only");
                } else {
                    Lifecycle.State state = sidecar.state();
                    answer(exchange, healthy.getAsBoolean() ? 200 : 503, state.name() + ": " + state.reason());
                }
            }
        });
    }

    private static void answer(HttpExchange exchange, int status, String text) throws IOException {
        byte[] body = (text + "\n").getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "text/plain; charset=utf-8");
        if (exchange.getRequestMethod().equals("HEAD")) {
            exchange.sendResponseHeaders(status, -1);
        } else {
            exchange.sendResponseHeaders(status, body.length);
            exchange.getResponseBody().write(body);
        }
    }
}
