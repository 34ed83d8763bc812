package dev.spillway.telemetry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spillway.config.InvalidConfigException;
import dev.spillway.config.Settings;
import dev.spillway.config.SpillwayConfig;
import dev.spillway.flow.Crew;
import dev.spillway.flow.ManualTime;
import dev.spillway.runtime.Sidecar;
import java.io.IOException;
import java.io.InputStream;
import java.net.BindException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class HealthServerTest {
    private static final int PATIENCE_MILLIS = 20_000;

    @RegisterExtension
    final Crew crew = new Crew();

    private @Nullable HealthServer server;

    private record Answer(int status, String text, @Nullable String allow) {}

    @AfterEach
    void close() {
        if (server != null) {
            server.close();
        }
    }

    private static SpillwayConfig config(String listen) {
        return Settings.minimal().with("admin.listen", listen).config();
    }

    private static Sidecar created() {
        return new Sidecar(config(""), false, new ManualTime());
    }

    private static Sidecar failed() {
        Sidecar sidecar = new Sidecar(
                Settings.minimal().with("processor", "com.example.Absent").config(), false, new ManualTime());
        assertThatThrownBy(sidecar::run).isInstanceOf(InvalidConfigException.class);
        return sidecar;
    }

    private HealthServer serve(Sidecar sidecar) {
        HealthServer started = HealthServer.start(config("127.0.0.1:0"), sidecar);
        server = started;
        return started;
    }

    private static Answer ask(HealthServer server, String method, String path) throws IOException {
        HttpURLConnection connection = (HttpURLConnection)
                URI.create("http://127.0.0.1:" + server.port() + path).toURL().openConnection();
        connection.setRequestMethod(method);
        connection.setConnectTimeout(PATIENCE_MILLIS);
        connection.setReadTimeout(PATIENCE_MILLIS);
        connection.setRequestProperty("Connection", "close");
        int status = connection.getResponseCode();
        try (InputStream body = status < 400 ? connection.getInputStream() : connection.getErrorStream()) {
            String text = body == null ? "" : new String(body.readAllBytes(), UTF_8);
            return new Answer(status, text, connection.getHeaderField("Allow"));
        }
    }

    @Test
    void a_sidecar_that_has_not_failed_is_live() throws IOException {
        assertThat(ask(serve(created()), "GET", "/health/live"))
                .isEqualTo(new Answer(200, "Created: assembled\n", null));
    }

    @Test
    void a_sidecar_that_has_no_partitions_yet_is_not_ready() throws IOException {
        assertThat(ask(serve(created()), "GET", "/health/ready"))
                .isEqualTo(new Answer(503, "Created: assembled\n", null));
    }

    @Test
    void a_sidecar_that_has_failed_is_neither() throws IOException {
        HealthServer failing = serve(failed());

        assertThat(ask(failing, "GET", "/health/live").status()).isEqualTo(503);
        assertThat(ask(failing, "GET", "/health/live").text()).startsWith("Failed: ");
        assertThat(ask(failing, "GET", "/health/ready").status()).isEqualTo(503);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/health", "/health/live/", "/health/lively", "/health/ready/now"})
    void there_is_no_other_page(String path) throws IOException {
        assertThat(ask(serve(created()), "GET", path).status()).isEqualTo(404);
    }

    @ParameterizedTest
    @ValueSource(strings = {"POST", "PUT", "DELETE"})
    void there_is_nothing_to_do_but_get(String method) throws IOException {
        Answer answer = ask(serve(created()), method, "/health/live");

        assertThat(answer.status()).isEqualTo(405);
        assertThat(answer.allow()).isEqualTo("GET");
    }

    @Test
    void a_head_is_answered_without_a_body() throws IOException {
        assertThat(ask(serve(created()), "HEAD", "/health/live").status()).isEqualTo(405);
    }

    @Test
    void a_query_does_no_harm() throws IOException {
        assertThat(ask(serve(created()), "GET", "/health/live?from=probe").status())
                .isEqualTo(200);
    }

    @Test
    void an_empty_address_switches_it_off() {
        HealthServer off = HealthServer.start(config(""), created());

        assertThat(off.port()).isEqualTo(-1);
        off.close();
    }

    @Test
    void a_chosen_address_that_is_taken_is_an_error_that_says_what_to_do() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String listen = "127.0.0.1:" + taken.getLocalPort();

            assertThatThrownBy(() -> HealthServer.start(config(listen), created()))
                    .isInstanceOf(InvalidConfigException.class)
                    .hasMessageContainingAll("admin.listen=" + listen, "choose another address", "an empty value");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1:99999", "no-such-host.invalid:8080"})
    void a_chosen_address_that_is_none_is_an_error(String listen) {
        assertThatThrownBy(() -> HealthServer.start(config(listen), created()))
                .isInstanceOf(InvalidConfigException.class)
                .hasMessageContaining("admin.listen=" + listen);
    }

    @Test
    void the_default_address_being_taken_keeps_nobody_from_running() throws IOException {
        try (ServerSocket taken = takeDefault()) {
            assertThat(taken.isClosed()).isFalse();
            HealthServer none = HealthServer.start(Settings.minimal().config(), created());

            assertThat(none.port()).isEqualTo(-1);
            none.close();
        }
    }

    /** Takes the port, unless somebody else has it already, which is as good. */
    private static ServerSocket takeDefault() throws IOException {
        try {
            return new ServerSocket(8080, 1, InetAddress.getLoopbackAddress());
        } catch (BindException e) {
            return new ServerSocket();
        }
    }
}
