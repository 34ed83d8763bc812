package dev.spillway.telemetry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** The image's health check, {@code src/main/docker/health.sh}. */
@DisabledOnOs(OS.WINDOWS)
@Timeout(60)
class HealthScriptTest {
    @Test
    void passesWhenTheSidecarIsLive() throws Exception {
        assertThat(askServerThatAnswers(200)).isEqualTo(new Verdict(0, "200 Running: all is well"));
    }

    @Test
    void failsWhenTheSidecarIsNotLive() throws Exception {
        assertThat(askServerThatAnswers(503)).isEqualTo(new Verdict(1, "503 Running: all is well"));
    }

    @Test
    void failsWhenSomebodyElseAnswers() throws Exception {
        assertThat(askServerThatAnswers(404).exitCode()).isEqualTo(1);
    }

    @Test
    void failsWhenNobodyListens() throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }

        assertThat(ask("127.0.0.1:" + port))
                .isEqualTo(new Verdict(
                        1,
                        "nobody listens at 127.0.0.1:" + port
                                + ": is this container a 'run'? For other commands use --no-healthcheck"));
    }

    @Test
    void asksTheContainerItselfWhenTheSidecarListensToAll() throws Exception {
        HttpServer server = server(200);
        server.start();
        try {
            assertThat(ask("0.0.0.0:" + server.getAddress().getPort()).exitCode())
                    .isZero();
        } finally {
            server.stop(0);
        }
    }

    @Test
    void passesWhenHealthIsSwitchedOff() throws Exception {
        assertThat(ask("").exitCode()).isZero();
    }

    private static Verdict askServerThatAnswers(int status) throws Exception {
        HttpServer server = server(status);
        server.start();
        try {
            return ask("127.0.0.1:" + server.getAddress().getPort());
        } finally {
            server.stop(0);
        }
    }

    private static HttpServer server(int status) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1);
        server.createContext("/health/live", exchange -> {
            try (exchange) {
                byte[] body = "Running: all is well\n".getBytes(UTF_8);
                exchange.sendResponseHeaders(status, body.length);
                exchange.getResponseBody().write(body);
            }
        });
        return server;
    }

    private static Verdict ask(String listen) throws Exception {
        ProcessBuilder script = new ProcessBuilder("bash", "src/main/docker/health.sh").redirectErrorStream(true);
        script.environment().put("SPILLWAY_ADMIN_LISTEN", listen);
        Process process = script.start();
        String said = new String(process.getInputStream().readAllBytes(), UTF_8).strip();
        assertThat(process.waitFor(30, TimeUnit.SECONDS))
                .as("the health check ends")
                .isTrue();
        return new Verdict(process.exitValue(), said);
    }

    /** How the check ended, and what it said. */
    private record Verdict(int exitCode, String said) {}
}
