package dev.spillway.telemetry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.spillway.config.InvalidConfigException;
import dev.spillway.config.Settings;
import dev.spillway.config.SpillwayConfig;
import dev.spillway.flow.Crew;
import dev.spillway.flow.ManualTime;
import dev.spillway.runtime.Sidecar;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
@Order(1) // the JDK reads the time limits of its servers once, with the first one of the JVM: it has to be ours
class AdminServerTest {
    private static final int PATIENCE_MILLIS = 20_000;
    private static final long MOST_TAKEN = 50_000_000;
    private static final Duration SECOND = Duration.ofSeconds(1);

    @RegisterExtension
    final Crew crew = new Crew();

    private final ManualTime time = new ManualTime();
    private final List<AutoCloseable> toClose = new ArrayList<>();

    /** What came back; headers as they were written. */
    private record Answer(int status, String head, String body) {
        boolean hasHeader(String name) {
            return head.toLowerCase(Locale.ROOT).contains("\n" + name.toLowerCase(Locale.ROOT) + ":");
        }
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable one : toClose) {
            one.close();
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

    private Telemetry serve(SpillwayConfig config, Sidecar sidecar) {
        Telemetry telemetry = new Telemetry(config, time);
        toClose.add(telemetry);
        telemetry.watch(sidecar);
        return telemetry;
    }

    private Telemetry serve(Sidecar sidecar) {
        return serve(config("127.0.0.1:0"), sidecar);
    }

    private Socket connect(Telemetry telemetry) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), telemetry.port());
        socket.setSoTimeout(PATIENCE_MILLIS);
        toClose.add(socket);
        return socket;
    }

    private static void write(Socket socket, String text) throws IOException {
        OutputStream out = socket.getOutputStream();
        out.write(text.getBytes(UTF_8));
        out.flush();
    }

    private static BufferedReader reader(Socket socket) throws IOException {
        return new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8));
    }

    private Answer ask(Telemetry telemetry, String method, String path, String... headers) throws IOException {
        List<String> all = new ArrayList<>(List.of(headers));
        if (all.stream().noneMatch(header -> header.startsWith("Host:"))) {
            all.add("Host: localhost:" + telemetry.port());
        }
        Socket socket = connect(telemetry);
        write(
                socket,
                method + " " + path + " HTTP/1.1\r\n" + String.join("\r\n", all) + "\r\nConnection: close\r\n\r\n");
        String text = new String(socket.getInputStream().readAllBytes(), UTF_8);
        int end = text.indexOf("\r\n\r\n");
        return new Answer(Integer.parseInt(text.split(" ", 3)[1]), text.substring(0, end), text.substring(end + 4));
    }

    // ---- health

    @Test
    void a_sidecar_that_has_not_failed_is_live() throws IOException {
        Answer answer = ask(serve(created()), "GET", "/health/live");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo("Created: assembled\n");
    }

    @Test
    void a_sidecar_that_has_no_partitions_yet_is_not_ready() throws IOException {
        Answer answer = ask(serve(created()), "GET", "/health/ready");

        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.body()).isEqualTo("Created: assembled\n");
    }

    @Test
    void a_sidecar_that_has_failed_is_neither() throws IOException {
        Telemetry failing = serve(failed());

        assertThat(ask(failing, "GET", "/health/live").status()).isEqualTo(503);
        assertThat(ask(failing, "GET", "/health/live").body()).startsWith("Failed: ");
        assertThat(ask(failing, "GET", "/health/ready").status()).isEqualTo(503);
    }

    @Test
    void a_sidecar_that_holds_nothing_is_not_stalled() throws IOException {
        Answer answer = ask(serve(created()), "GET", "/health/stalled");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(new ObjectMapper().readTree(answer.body()).get("holder").asText())
                .isEqualTo("NOTHING");
    }

    // ---- what there is

    @Test
    void metrics_are_in_prometheus_text_format() throws IOException {
        Answer answer = ask(serve(created()), "GET", "/metrics");

        assertThat(answer.head()).containsIgnoringCase("content-type: text/plain; version=0.0.4");
        assertThat(answer.body()).contains("spillway_state{state=\"created\"} 1.0\n", "\njvm_memory_used_bytes");
    }

    @Test
    void the_configuration_is_the_one_in_force_without_its_secrets() throws IOException {
        SpillwayConfig config = Settings.minimal()
                .with("admin.listen", "127.0.0.1:0")
                .with("workers", "7")
                .with("sasl.jaas.config", "x required password=\"hunter2\";")
                .with("ssl.key.password", "hunter2")
                .with("producer.ssl.truststore.password", "hunter2")
                .with("processor.api-key", "hunter2")
                .with("processor.header.Authorization", "Bearer hunter2")
                .with("processor.url", "https://somebody:hunter2@example.com/x?y=hunter2")
                .with("processor.db.pwd", "hunter2")
                .config();

        Answer answer = ask(serve(config, created()), "GET", "/config");

        JsonNode shown = new ObjectMapper().readTree(answer.body());
        assertThat(answer.body()).doesNotContain("hunter2");
        assertThat(shown.get("workers").asText()).isEqualTo("7");
        assertThat(shown.get("commit.interval.ms").asText()).isEqualTo("100");
        assertThat(shown.get("input.topics").asText()).isEqualTo("in");
        assertThat(shown.get("ssl.key.password").asText()).isEqualTo("[hidden]");
        assertThat(shown.get("processor.url").asText()).isEqualTo("https://[hidden]@example.com/x?[hidden]");
    }

    @Test
    void a_sidecar_without_epochs_reports_none() throws IOException {
        assertThat(ask(serve(created()), "GET", "/epochs").body()).isEqualTo("[]\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/page.css", "/page.js"})
    void the_page_needs_nobody_else(String path) throws IOException {
        Answer answer = ask(serve(created()), "GET", path);

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body().replace("http://www.w3.org/2000/svg", ""))
                .doesNotContain("http:", "https:", "src=\"//");
        assertThat(answer.head()).contains("default-src 'none'");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/health", "/health/live/", "/health/lively", "/health/ready/now", "/page.html", "/../pom.xml"})
    void there_is_no_other_page(String path) throws IOException {
        assertThat(ask(serve(created()), "GET", path).status()).isEqualTo(404);
    }

    @ParameterizedTest
    @ValueSource(strings = {"POST", "PUT", "DELETE", "OPTIONS", "TRACE"})
    void there_is_nothing_to_do_but_get(String method) throws IOException {
        Answer answer = ask(serve(created()), method, "/health/live");

        assertThat(answer.status()).isEqualTo(405);
        assertThat(answer.head()).contains("Allow: GET");
    }

    @Test
    void a_head_is_answered_without_a_body() throws IOException {
        Answer answer = ask(serve(created()), "HEAD", "/health/live");

        assertThat(answer.status()).isEqualTo(405);
        assertThat(answer.body()).isEmpty();
    }

    @Test
    void a_query_does_no_harm() throws IOException {
        assertThat(ask(serve(created()), "GET", "/health/live?from=probe").status())
                .isEqualTo(200);
    }

    // ---- who may ask

    @ParameterizedTest
    @ValueSource(strings = {"localhost", "LOCALHOST:1", "127.0.0.1:8080", "10.1.2.3", "[::1]:8080", "sidecar:8080"})
    void it_answers_to_its_names_and_to_addresses(String host) throws IOException {
        SpillwayConfig config = Settings.minimal()
                .with("admin.listen", "127.0.0.1:0")
                .with("admin.hosts", "sidecar,other.example")
                .config();

        assertThat(ask(serve(config, created()), "GET", "/health/live", "Host: " + host)
                        .status())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"evil.example", "evil.example:8080", "127.0.0.1.evil.example", "localhost.evil.example", ""})
    void it_does_not_answer_to_a_name_that_somebody_gave_its_address(String host) throws IOException {
        assertThat(ask(serve(created()), "GET", "/config", "Host: " + host).status())
                .isEqualTo(403);
    }

    @Test
    void another_sites_page_is_told_nothing_and_may_read_nothing() throws IOException {
        Telemetry telemetry = serve(created());

        assertThat(ask(telemetry, "GET", "/events", "Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: cors")
                        .status())
                .isEqualTo(403);
        assertThat(ask(telemetry, "GET", "/metrics", "Origin: https://evil.example")
                        .hasHeader("Access-Control-Allow-Origin"))
                .isFalse();
        assertThat(ask(telemetry, "GET", "/", "Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate")
                        .status())
                .isEqualTo(200);
    }

    // ---- who is difficult

    @Test
    void a_long_url_is_refused() throws IOException {
        assertThat(ask(serve(created()), "GET", "/health/live?" + "x".repeat(5000))
                        .status())
                .isEqualTo(414);
    }

    @Test
    void hundreds_of_idle_connections_and_dozens_of_half_requests_keep_nobody_from_asking() throws IOException {
        Telemetry telemetry = serve(created());
        for (int i = 0; i < 300; i++) {
            connect(telemetry);
        }
        for (int i = 0; i < 40; i++) {
            write(connect(telemetry), "GET /health/live HTTP/1.1\r\nHost: local");
        }

        assertThat(ask(telemetry, "GET", "/health/live").status()).isEqualTo(200);
    }

    @Test
    void nonsense_is_refused() throws IOException {
        Telemetry telemetry = serve(created());
        Socket socket = connect(telemetry);
        write(socket, "\u0000\u0001 what \r\n\r\n");

        assertThat(reader(socket).lines().findFirst().orElse("HTTP/1.1 400")).startsWith("HTTP/1.1 4");
        assertThat(ask(telemetry, "GET", "/health/live").status()).isEqualTo(200);
    }

    @Test
    void a_url_or_headers_without_an_end_are_cut_off() throws IOException {
        Telemetry telemetry = serve(created());

        assertThat(writtenUntilCutOff(telemetry, "GET /", "x")).isLessThan(MOST_TAKEN);
        assertThat(writtenUntilCutOff(telemetry, "GET / HTTP/1.1\r\n", "Name: value\r\n"))
                .isLessThan(MOST_TAKEN);
        assertThat(ask(telemetry, "GET", "/health/live").status()).isEqualTo(200);
    }

    /** How many bytes it takes before it hangs up; the socket's buffers are part of that. */
    private long writtenUntilCutOff(Telemetry telemetry, String begin, String more) throws IOException {
        Socket socket = connect(telemetry);
        write(socket, begin);
        String chunk = more.repeat(100_000 / more.length());
        long written = 0;
        try {
            while (written < MOST_TAKEN) {
                write(socket, chunk);
                written += chunk.length();
            }
        } catch (IOException e) {
            // It has hung up.
        }
        return written;
    }

    @Test
    void a_body_that_somebody_wants_to_send_is_neither_awaited_nor_kept() throws IOException {
        Telemetry telemetry = serve(created());
        Socket socket = connect(telemetry);

        write(socket, "POST /config HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000000000\r\n\r\nshed.policy=");

        assertThat(reader(socket).readLine()).startsWith("HTTP/1.1 405");
    }

    @Test
    void more_half_requests_than_it_has_threads_are_cut_off_and_it_answers_again() throws IOException {
        Telemetry telemetry = serve(created());
        for (int i = 0; i < 200; i++) {
            write(connect(telemetry), "GET /health/live HTTP/1.1\r\nHost: local");
        }

        Crew.awaitTrue("it does not answer any more", () -> answers(telemetry));
        assertThat(Thread.getAllStackTraces().keySet().stream()
                        .filter(thread -> thread.getName().equals("spillway-admin")))
                .hasSizeLessThanOrEqualTo(64);
    }

    @Test
    void who_does_not_read_what_he_asked_for_is_hung_up_on() throws IOException {
        Telemetry telemetry = serve(created());
        askWithoutReading(telemetry);
        AtomicInteger looks = new AtomicInteger();
        Crew.awaitTrue(
                "it does not wait for somebody who reads",
                () -> (threadsThatWrite() == 1 ? looks.incrementAndGet() : looks.getAndSet(0)) > 100);

        Crew.awaitTrue("it waits for ever", () -> {
            time.advance(SECOND);
            return threadsThatWrite() == 0;
        });
        assertThat(ask(telemetry, "GET", "/health/live").status()).isEqualTo(200);
    }

    /** Asks for more than the buffers on the way hold. */
    private void askWithoutReading(Telemetry telemetry) throws IOException {
        Socket socket = new Socket();
        toClose.add(socket);
        socket.setReceiveBufferSize(4096);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), telemetry.port()));
        write(socket, "GET /page.js HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(1000));
    }

    private static long threadsThatWrite() {
        return Thread.getAllStackTraces().entrySet().stream()
                .filter(entry -> entry.getKey().getName().equals("spillway-admin"))
                .filter(entry -> Arrays.stream(entry.getValue())
                        .anyMatch(frame -> frame.getClassName().startsWith("sun.nio.ch")
                                && frame.getMethodName().startsWith("write")))
                .count();
    }

    private boolean answers(Telemetry telemetry) {
        try {
            return ask(telemetry, "GET", "/health/live").status() == 200;
        } catch (IOException | RuntimeException e) {
            return false;
        }
    }

    // ---- the live page's events

    private BufferedReader follow(Telemetry telemetry) throws IOException {
        Socket socket = connect(telemetry);
        write(socket, "GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n");
        return reader(socket);
    }

    private static String nextEvent(BufferedReader reader, String name) throws IOException {
        String line = reader.readLine();
        while (line != null && !line.equals("event: " + name)) {
            line = reader.readLine();
        }
        return String.valueOf(reader.readLine());
    }

    @Test
    void who_follows_is_told_the_past_and_then_each_second_the_present() throws IOException {
        Telemetry telemetry = serve(created());
        time.awaitWaiting(1);
        time.advance(SECOND);
        time.awaitWaiting(1);

        BufferedReader events = follow(telemetry);

        assertThat(nextEvent(events, "past")).startsWith("data: [");
        assertThat(nextEvent(events, "state")).contains("\"state\":\"Created\"");
        time.advance(SECOND);
        assertThat(nextEvent(events, "state")).contains("\"spillway_records_consumed_total\":0.0");
    }

    @Test
    void who_follows_is_told_for_as_long_as_he_likes() throws IOException {
        Telemetry telemetry = serve(created());
        BufferedReader events = follow(telemetry);
        assertThat(nextEvent(events, "state")).startsWith("data: {");

        for (int second = 0; second < 60; second++) {
            time.awaitWaiting(1);
            time.advance(SECOND);
            assertThat(nextEvent(events, "state")).startsWith("data: {");
        }
    }

    @Test
    void a_page_that_nobody_looks_at_is_not_written() throws IOException {
        Telemetry telemetry = serve(created());
        for (int i = 0; i < 5; i++) {
            time.awaitWaiting(1);
            time.advance(SECOND);
        }
        time.awaitWaiting(1);

        assertThat(telemetry.beat().last()).isEqualTo(5);
        assertThat(telemetry.page().writes()).isZero();
        assertThat(telemetry.history().all()).hasSize(5);

        assertThat(nextEvent(follow(telemetry), "state")).startsWith("data: {");
        assertThat(nextEvent(follow(telemetry), "state")).startsWith("data: {");
        assertThat(telemetry.page().writes()).as("once for all who look").isEqualTo(1);
    }

    @Test
    void only_so_many_may_follow_and_who_goes_makes_room() throws IOException {
        Telemetry telemetry = serve(created());
        List<Socket> followers = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            Socket socket = connect(telemetry);
            write(socket, "GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n");
            assertThat(nextEvent(reader(socket), "state")).startsWith("data: {");
            followers.add(socket);
        }
        assertThat(ask(telemetry, "GET", "/events").status()).isEqualTo(503);
        assertThat(ask(telemetry, "GET", "/health/live").status()).isEqualTo(200);

        followers.get(0).close();

        Crew.awaitTrue("nobody makes room", () -> {
            time.advance(SECOND);
            return follows(telemetry);
        });
    }

    private boolean follows(Telemetry telemetry) {
        try {
            return String.valueOf(follow(telemetry).readLine()).startsWith("HTTP/1.1 200");
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void closing_ends_its_threads_though_somebody_follows() throws IOException {
        Telemetry telemetry = serve(created());
        assertThat(nextEvent(follow(telemetry), "state")).startsWith("data: {");

        telemetry.close();

        Crew.awaitTrue(
                "a thread is left",
                () -> Thread.getAllStackTraces().keySet().stream()
                        .noneMatch(thread -> thread.getName().equals("spillway-admin")
                                || thread.getName().equals("spillway-telemetry")));
    }

    // ---- where it listens

    @Test
    void an_empty_address_switches_it_off() {
        assertThat(serve(config(""), created()).port()).isEqualTo(-1);
    }

    @Test
    void a_chosen_address_that_is_taken_is_an_error_that_says_what_to_do() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String listen = "127.0.0.1:" + taken.getLocalPort();

            assertThatThrownBy(() -> serve(config(listen), created()))
                    .isInstanceOf(InvalidConfigException.class)
                    .hasMessageContainingAll("admin.listen=" + listen, "choose another address", "an empty value");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1:99999", "no-such-host.invalid:8080"})
    void a_chosen_address_that_is_none_is_an_error(String listen) {
        assertThatThrownBy(() -> serve(config(listen), created()))
                .isInstanceOf(InvalidConfigException.class)
                .hasMessageContaining("admin.listen=" + listen);
    }

    @Test
    void the_default_address_being_taken_keeps_nobody_from_running() throws IOException {
        try (ServerSocket taken = takeDefault()) {
            assertThat(taken.isClosed()).isFalse();

            assertThat(serve(Settings.minimal().config(), created()).port()).isEqualTo(-1);
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
