package dev.spillway.telemetry;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.spillway.config.InvalidConfigException;
import dev.spillway.config.SpillwayConfig;
import dev.spillway.runtime.Lifecycle;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers {@code GET}s over HTTP; nothing that is asked of it changes anything. Who asks may be slow, many or another site's page: there
 * are so many threads and no more, a request has so long to arrive, only so many may follow the live page, and a browser is answered
 * only under a name that is ours.
 */
final class AdminServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AdminServer.class);
    private static final int BACKLOG = 64;
    private static final int MOST_THREADS = 64;
    private static final int MOST_FOLLOWERS = 8;
    private static final int LONGEST_URL = 2000;
    private static final long IDLE_SECONDS = 10;
    private static final String FOLLOW = "/events";

    static {
        // Of the JDK's server, which reads them once; in seconds. Who follows the page comes again by itself.
        setIfAbsent("sun.net.httpserver.maxReqTime", "5");
        setIfAbsent("sun.net.httpserver.maxRspTime", "300");
    }

    private final Telemetry telemetry;
    private final AdminGuard guard;
    private final Map<String, Page> pages;
    private final Semaphore followers = new Semaphore(MOST_FOLLOWERS);
    private final SlowReaders slowReaders;
    private final @Nullable HttpServer server;
    private final ThreadPoolExecutor threads = new ThreadPoolExecutor(
            0, MOST_THREADS, IDLE_SECONDS, TimeUnit.SECONDS, new SynchronousQueue<>(), AdminServer::thread);

    /** Something that can be asked for. */
    private interface Page {
        Answer get() throws IOException;
    }

    private record Answer(int status, String type, String body) {
        static Answer text(int status, String text) {
            return new Answer(status, "text/plain; charset=utf-8", text + "\n");
        }

        static Answer json(int status, String json) {
            return new Answer(status, "application/json", json + "\n");
        }
    }

    private AdminServer(SpillwayConfig config, Telemetry telemetry, @Nullable HttpServer server) {
        this.telemetry = telemetry;
        this.slowReaders = new SlowReaders(telemetry.time());
        this.guard = new AdminGuard(config.adminListen(), config.adminHosts());
        this.server = server;
        this.pages = Map.of(
                "/", () -> resource("page.html", "text/html; charset=utf-8"),
                "/page.css", () -> resource("page.css", "text/css; charset=utf-8"),
                "/page.js", () -> resource("page.js", "text/javascript; charset=utf-8"),
                "/metrics",
                        () -> new Answer(
                                200,
                                "text/plain; version=0.0.4; charset=utf-8",
                                telemetry.metrics().scrape()),
                "/health/live", () -> health(!(telemetry.look().state() instanceof Lifecycle.Failed)),
                "/health/ready", this::ready,
                "/health/stalled", this::stalled,
                "/config", () -> Answer.json(200, telemetry.page().config()),
                "/epochs", () -> Answer.json(200, telemetry.page().epochs()));
        if (server != null) {
            server.setExecutor(threads);
            server.createContext("/", this::handle);
            server.start();
            LOG.info("live page, metrics and health checks are at {}", address(server.getAddress()));
        }
    }

    static AdminServer start(SpillwayConfig config, Telemetry telemetry) {
        String listen = config.adminListen();
        if (listen.isEmpty()) {
            return new AdminServer(config, telemetry, null);
        }
        try {
            return new AdminServer(config, telemetry, bind(listen));
        } catch (IOException | IllegalArgumentException e) {
            String problem = "admin.listen=" + listen + " cannot be used (" + e.getMessage()
                    + "): choose another address, or an empty value for none";
            if (config.isAdminListenSet()) {
                throw new InvalidConfigException(problem);
            }
            LOG.warn("no live page, metrics and health checks: {}", problem);
            return new AdminServer(config, telemetry, null);
        }
    }

    /** As a browser takes it. */
    static String address(InetSocketAddress listening) {
        String host = listening.getHostString();
        return "http://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + listening.getPort() + "/";
    }

    private static HttpServer bind(String listen) throws IOException {
        int colon = listen.lastIndexOf(':');
        InetAddress host = InetAddress.getByName(listen.substring(0, colon));
        int port = Integer.parseInt(listen.substring(colon + 1));
        return HttpServer.create(new InetSocketAddress(host, port), BACKLOG);
    }

    /** The port that it listens at; -1 for none. */
    int port() {
        return server == null ? -1 : server.getAddress().getPort();
    }

    /** Hangs up on those who do not read; called each second. */
    void hangUpOnSlowReaders() {
        slowReaders.hangUp();
    }

    @Override
    public void close() {
        if (server != null) {
            server.stop(0);
        }
        threads.shutdownNow();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (SlowReaders.Answering answering = slowReaders.begin();
                exchange) {
            String path = exchange.getRequestURI().getPath();
            if (exchange.getRequestURI().toString().length() > LONGEST_URL) {
                send(exchange, Answer.text(414, "nothing here has so long a name"));
            } else if (!guard.admits(exchange.getRequestHeaders())) {
                send(
                        exchange,
                        Answer.text(
                                403,
                                "ask by address, or by a name that admin.hosts lists, and from no other site's page"));
            } else if (!exchange.getRequestMethod().equals("GET")) {
                exchange.getResponseHeaders().set("Allow", "GET");
                send(exchange, Answer.text(405, "GET only"));
            } else if (FOLLOW.equals(path)) {
                answering.takeYourTime();
                follow(exchange);
            } else {
                Page page = path == null ? null : pages.get(path);
                send(exchange, page == null ? Answer.text(404, "no such page") : page.get());
            }
        } catch (RuntimeException e) {
            LOG.warn("the request for {} could not be answered", exchange.getRequestURI(), e);
        }
    }

    /** Tells one follower each second how things are, for as long as both are there. */
    private void follow(HttpExchange exchange) throws IOException {
        if (!followers.tryAcquire()) {
            send(exchange, Answer.text(503, "as many as can be served follow the page already"));
            return;
        }
        try {
            setHeaders(exchange.getResponseHeaders(), "text/event-stream");
            exchange.sendResponseHeaders(200, 0);
            OutputStream out = exchange.getResponseBody();
            long beat = telemetry.beat().last();
            out.write("retry: 1000\n".getBytes(UTF_8));
            event(out, "past", telemetry.page().past());
            while (beat >= 0) {
                event(out, "state", telemetry.page().state());
                beat = telemetry.beat().awaitAfter(beat);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            followers.release();
        }
    }

    private static void event(OutputStream out, String name, String json) throws IOException {
        out.write(("event: " + name + "\ndata: " + json + "\n\n").getBytes(UTF_8));
        out.flush();
    }

    private Answer health(boolean healthy) {
        Lifecycle.State state = telemetry.look().state();
        return Answer.text(healthy ? 200 : 503, state.name() + ": " + state.reason());
    }

    private Answer ready() {
        Picture now = telemetry.look();
        return Answer.text(now.ready() ? 200 : 503, now.readiness());
    }

    private Answer stalled() {
        StallExplainer.Explanation explanation = telemetry.explain();
        return Answer.json(explanation.stalled() ? 503 : 200, telemetry.page().stalled(explanation));
    }

    private static Answer resource(String name, String type) throws IOException {
        try (InputStream in = AdminServer.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IOException(name + " is missing in the jar");
            }
            return new Answer(200, type, new String(in.readAllBytes(), UTF_8));
        }
    }

    private static void send(HttpExchange exchange, Answer answer) throws IOException {
        setHeaders(exchange.getResponseHeaders(), answer.type());
        if (exchange.getRequestMethod().equals("HEAD")) {
            exchange.sendResponseHeaders(answer.status(), -1);
        } else {
            byte[] body = answer.body().getBytes(UTF_8);
            exchange.sendResponseHeaders(answer.status(), body.length);
            try (OutputStream out = exchange.getResponseBody()) {
                out.write(body);
            } // Closed, it is sent; the exchange's close would first wait for the rest of the request's body.
        }
    }

    private static void setHeaders(Headers headers, String type) {
        headers.set("Content-Type", type);
        headers.set("Cache-Control", "no-store");
        headers.set("X-Content-Type-Options", "nosniff");
        headers.set("Cross-Origin-Resource-Policy", "same-origin");
        headers.set("Referrer-Policy", "no-referrer");
        headers.set(
                "Content-Security-Policy",
                "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:;"
                        + " frame-ancestors 'none'; base-uri 'none'; form-action 'none'");
    }

    private static Thread thread(Runnable work) {
        Thread thread = new Thread(work, "spillway-admin");
        thread.setDaemon(true);
        return thread;
    }

    private static void setIfAbsent(String property, String value) {
        if (System.getProperty(property) == null) {
            System.setProperty(property, value);
        }
    }
}
