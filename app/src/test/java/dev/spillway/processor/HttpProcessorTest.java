package dev.spillway.processor;

import static dev.spillway.sink.Samples.bytes;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.spillway.config.Settings;
import dev.spillway.flow.ManualTime;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Over real connections to this machine; the clock stands still, so that no exchange takes too long unless a test says so. */
@Timeout(60)
class HttpProcessorTest {
    private final ManualTime time = new ManualTime();
    private final CollectingContext context = new CollectingContext();
    private final Settings settings = Settings.minimal().with("processor", "http");

    @SuppressWarnings("NullAway.Init")
    private TestService service;

    @BeforeEach
    void start() throws IOException {
        service = new TestService();
    }

    @AfterEach
    void stop() {
        service.close();
    }

    private HttpProcessor processorFor(URI url) {
        return new HttpProcessor(
                settings.with("http.url", url.toString()).config().http(), time);
    }

    /** What becomes of a record; null when it is processed. */
    private Throwable failureOf(InputRecord record) {
        return failureOf(record, service.url("/"));
    }

    private Throwable failureOf(InputRecord record, URI url) {
        try (HttpProcessor processor = processorFor(url)) {
            return catchThrowable(() -> processor.process(record, context));
        }
    }

    private void process(InputRecord record) {
        assertThat(failureOf(record)).isNull();
    }

    private TestService.Request request(InputRecord record) {
        process(record);
        return service.requests().get(service.requests().size() - 1);
    }

    @Test
    void a_record_is_posted_and_what_the_service_answers_is_the_result() {
        service.answering(request -> new TestService.Answer(200, request.body() + " seen"));

        assertThat(failureOf(new SampleRecord().inAttempt(2), service.url("/work?a=b")))
                .isNull();

        assertThat(context.forwarded()).containsExactly("value seen");
        assertThat(service.requests()).singleElement().satisfies(request -> {
            assertThat(request.method()).isEqualTo("POST");
            assertThat(request.path()).isEqualTo("/work?a=b");
            assertThat(request.header("Spillway-Key")).isEqualTo("key");
            assertThat(request.header("Spillway-Origin")).isEqualTo("orders-3@17");
            assertThat(request.header("Spillway-Timestamp")).isEqualTo("1700000000123");
            assertThat(request.header("Spillway-Attempt")).isEqualTo("2");
            assertThat(request.header("Content-Type")).isEqualTo("application/octet-stream");
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"Zürich", "a\r\nHost: elsewhere", " padded ", "\u0000", "tab\tbed"})
    void a_key_that_no_header_can_hold_is_sent_as_base64(String key) {
        TestService.Request request = request(new SampleRecord().withKey(bytes(key)));

        assertThat(request.header("Spillway-Key")).isEqualTo("none");
        assertThat(Base64.getDecoder().decode(request.header("Spillway-Key-Base64")))
                .isEqualTo(bytes(key));
    }

    @Test
    void a_key_that_is_not_there_is_not_sent() {
        TestService.Request request = request(new SampleRecord().withKey(null));

        assertThat(request.headers()).doesNotContainKeys("Spillway-key", "Spillway-key-base64");
    }

    @Test
    void a_value_that_is_not_there_is_told_from_an_empty_one() {
        TestService.Request none = request(new SampleRecord().withValue(null));
        assertThat(none.body()).isEmpty();
        assertThat(none.header("Spillway-Value")).isEqualTo("null");
        assertThat(none.header("Content-Length")).isEqualTo("0");

        TestService.Request empty = request(new SampleRecord().withValue(new byte[0]));
        assertThat(empty.body()).isEmpty();
        assertThat(empty.header("Spillway-Value")).isEqualTo("none");
    }

    @Test
    void headers_of_the_record_come_with_a_prefix_so_that_none_of_them_is_trusted() {
        TestService.Request request = request(new SampleRecord()
                .withHeader("trace", bytes("abc"))
                .withHeader("Authorization", bytes("Bearer forged"))
                .withHeader("Host", bytes("elsewhere"))
                .withHeader("spillway.origin", bytes("in-0@1")));

        assertThat(request.header("Spillway-Header-trace")).isEqualTo("abc");
        assertThat(request.header("Spillway-Header-Authorization")).isEqualTo("Bearer forged");
        assertThat(request.header("Authorization")).isEqualTo("none");
        assertThat(request.header("Host")).isEqualTo("127.0.0.1:" + service.port());
        assertThat(request.header("Spillway-Header-spillway.origin")).isEqualTo("none");
        assertThat(request.header("Spillway-Headers-Omitted")).isEqualTo("none");
    }

    @Test
    void headers_that_http_cannot_hold_are_left_out_and_counted() {
        TestService.Request request = request(new SampleRecord()
                .withHeader("a b", bytes("x"))
                .withHeader("line", bytes("x\r\nEvil: 1"))
                .withHeader("binary", new byte[] {(byte) 0xff})
                .withHeader("none", null)
                .withHeader("fine", bytes("x")));

        assertThat(request.header("Spillway-Headers-Omitted")).isEqualTo("4");
        assertThat(request.header("Spillway-Header-fine")).isEqualTo("x");
        assertThat(request.header("Evil")).isEqualTo("none");
    }

    @Test
    void no_more_headers_come_along_than_servers_take() {
        SampleRecord many = new SampleRecord();
        for (int i = 0; i < 1000; i++) {
            many.withHeader("name-" + i, bytes("value"));
        }
        assertThat(request(many).header("Spillway-Headers-Omitted")).isEqualTo("950");

        SampleRecord large =
                new SampleRecord().withHeader("large", new byte[5000]).withHeader("small", bytes("x"));
        large.withHeader("also-large", bytes("x".repeat(5000)));
        TestService.Request request = request(large);
        assertThat(request.header("Spillway-Headers-Omitted")).isEqualTo("2");
        assertThat(request.header("Spillway-Header-small")).isEqualTo("x");
    }

    @Test
    void the_content_type_is_the_records_or_else_the_configured_one() {
        settings.with("http.content.type", "application/json");
        assertThat(request(new SampleRecord()).header("Content-Type")).isEqualTo("application/json");
        assertThat(request(new SampleRecord().withHeader("Content-Type", bytes("text/csv")))
                        .header("Content-Type"))
                .isEqualTo("text/csv");
    }

    @Test
    void a_204_says_that_there_is_no_result() {
        service.answering(204, "");

        process(new SampleRecord());

        assertThat(context.forwarded()).isEmpty();
    }

    @Test
    void an_empty_answer_is_an_empty_result() {
        service.answering(200, "");

        process(new SampleRecord());

        assertThat(context.forwarded()).containsExactly("");
    }

    @ParameterizedTest
    @ValueSource(ints = {300, 304, 400, 401, 404, 409, 413, 422, 499})
    void what_will_never_succeed_fails_for_good(int status) {
        service.answering(status, "");

        assertThat(failureOf(new SampleRecord()))
                .isInstanceOf(PermanentFailureException.class)
                .hasMessageContaining("the service answered " + status);
        assertThat(context.forwarded()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {408, 429, 500, 502, 503, 504, 599})
    void what_may_pass_is_tried_again(int status) {
        service.answering(status, "");

        assertThat(failureOf(new SampleRecord()))
                .isInstanceOfSatisfying(
                        RetryLaterException.class,
                        failure -> assertThat(failure.pause()).isZero())
                .hasMessage("the service answered " + status);
    }

    @Test
    void the_service_may_say_when_to_come_back() {
        service.answering(request -> new TestService.Answer(503, Map.of("Retry-After", "7"), "busy"));

        assertThat(failureOf(new SampleRecord()))
                .isInstanceOfSatisfying(
                        RetryLaterException.class,
                        failure -> assertThat(failure.pause()).isEqualTo(Duration.ofSeconds(7)));
    }

    @Test
    void what_the_service_says_of_an_error_is_quoted_in_part_and_on_one_line() {
        service.answering(422, "no such\n\u001bproduct " + "x".repeat(300_000));

        assertThat(failureOf(new SampleRecord()))
                .hasMessageStartingWith("the service answered 422: no such product xxx")
                .satisfies(failure -> assertThat(failure.getMessage()).hasSizeLessThan(250));
    }

    @Test
    void a_redirect_is_not_followed() {
        service.answering(request -> new TestService.Answer(
                307, Map.of("Location", service.url("/elsewhere").toString()), ""));

        assertThat(failureOf(new SampleRecord()))
                .isInstanceOf(PermanentFailureException.class)
                .hasMessageContaining("redirects are not followed");
        assertThat(service.requests()).hasSize(1);
    }

    @Test
    void a_connection_is_used_again() throws Exception {
        service.answering(200, "x");
        try (HttpProcessor processor = processorFor(service.url("/"))) {
            for (int i = 0; i < 20; i++) {
                processor.process(new SampleRecord(), context);
            }
        }

        assertThat(service.requests()).hasSize(20);
        assertThat(service.requests().stream()
                        .map(TestService.Request::clientPort)
                        .distinct())
                .hasSize(1);
    }

    @Test
    void an_answer_may_be_as_long_as_is_configured_and_no_longer() {
        settings.with("http.max.response.bytes", "1000");
        service.answering(200, "x".repeat(1000));
        process(new SampleRecord());
        assertThat(context.forwarded()).containsExactly("x".repeat(1000));

        service.answering(200, "x".repeat(1001));
        assertThat(failureOf(new SampleRecord()))
                .isInstanceOf(PermanentFailureException.class)
                .hasMessage("the answer is longer than http.max.response.bytes=1000");
    }

    @Test
    void an_endless_answer_is_ended() throws Exception {
        try (RawService endless = new RawService((in, out) -> {
            out.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".getBytes(US_ASCII));
            while (true) {
                out.write("4\r\nmore\r\n".getBytes(US_ASCII));
            }
        })) {
            assertThat(failureOf(new SampleRecord(), endless.url()))
                    .isInstanceOf(PermanentFailureException.class)
                    .hasMessageContaining("http.max.response.bytes");
            assertThat(endless.abandoned().await(20, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void an_endless_error_is_still_one_that_may_pass() throws Exception {
        try (RawService endless = new RawService((in, out) -> {
            out.write("HTTP/1.1 503 Busy\r\nTransfer-Encoding: chunked\r\n\r\n".getBytes(US_ASCII));
            while (true) {
                out.write("4\r\nmore\r\n".getBytes(US_ASCII));
            }
        })) {
            assertThat(failureOf(new SampleRecord(), endless.url())).isInstanceOf(RetryLaterException.class);
            assertThat(endless.abandoned().await(20, TimeUnit.SECONDS)).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"
            })
    void a_service_that_does_not_finish_its_answer_is_given_up_in_time(String beginning) throws Exception {
        settings.with("http.timeout.ms", "5000");
        try (RawService silent = RawService.thatWrites(beginning)) {
            FutureTask<Throwable> asked = inThread(() -> failureOf(new SampleRecord(), silent.url()));
            assertThat(silent.requested().await(20, TimeUnit.SECONDS)).isTrue();
            time.awaitWaiting(1);

            time.advance(Duration.ofMillis(4999));
            assertThat(time.waiting()).isEqualTo(1);
            time.advance(Duration.ofMillis(1));

            assertThat(asked.get(20, TimeUnit.SECONDS))
                    .isInstanceOf(HttpTimeoutException.class)
                    .hasMessage("no whole answer within 5000 ms (http.timeout.ms)");
            assertThat(silent.abandoned().await(20, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void an_interrupt_ends_the_exchange() throws Exception {
        try (RawService silent = RawService.thatWrites("")) {
            FutureTask<Throwable> asked = new FutureTask<>(() -> failureOf(new SampleRecord(), silent.url()));
            Thread thread = new Thread(asked);
            thread.start();
            assertThat(silent.requested().await(20, TimeUnit.SECONDS)).isTrue();

            thread.interrupt();

            assertThat(asked.get(20, TimeUnit.SECONDS)).isInstanceOf(InterruptedException.class);
            assertThat(silent.abandoned().await(20, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void a_service_that_is_not_there_may_come() throws Exception {
        URI nowhere;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            nowhere = URI.create("http://127.0.0.1:" + free.getLocalPort() + "/");
        }

        assertThat(failureOf(new SampleRecord(), nowhere))
                .isInstanceOf(IOException.class)
                .hasMessage("cannot connect to the service");
    }

    /** The clock of http.timeout.ms stands still; that of the connection is the JDK's own. */
    @Test
    void a_service_that_takes_no_connection_is_given_up_in_time() throws Exception {
        settings.with("http.connect.timeout.ms", "200");
        try (DeafService deaf = new DeafService()) {
            assertThat(failureOf(new SampleRecord(), deaf.url()))
                    .isInstanceOf(HttpTimeoutException.class)
                    .hasMessage("no connection to the service within 200 ms (http.connect.timeout.ms)");
        }
    }

    /** By the JDK, after 384 KiB: no time has to pass for it. */
    @Test
    void endless_headers_are_no_answer() throws Exception {
        try (RawService endless = new RawService((in, out) -> {
            out.write("HTTP/1.1 200 OK\r\n".getBytes(US_ASCII));
            byte[] header = ("x: " + "y".repeat(1000) + "\r\n").getBytes(US_ASCII);
            while (true) {
                out.write(header);
            }
        })) {
            assertThat(failureOf(new SampleRecord(), endless.url())).isInstanceOf(IOException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"nonsense\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"})
    void an_answer_that_breaks_off_or_is_none_may_be_better_next_time(String text) throws Exception {
        try (RawService broken = new RawService((in, out) -> {
            out.write(text.getBytes(US_ASCII));
            out.close();
        })) {
            assertThat(failureOf(new SampleRecord(), broken.url())).isInstanceOf(IOException.class);
        }
    }

    /** Just enough of HTTP/2 to answer: the upgrade, empty settings, and the first stream's headers (:status 200) and data. */
    @Test
    void http_2_is_spoken_where_it_is_configured_and_the_service_does() throws Exception {
        settings.with("http.version", "2");
        CountDownLatch preface = new CountDownLatch(1);
        try (RawService modern = new RawService((in, out) -> {
            in.readNBytes("value".length());
            out.write("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n"
                    .getBytes(US_ASCII));
            out.write(
                    HexFormat.of().parseHex("000000040000000000" + "000001010400000001" + "88" + "000004000100000001"));
            out.write("done".getBytes(US_ASCII));
            out.flush();
            if (new String(in.readNBytes(24), US_ASCII).equals("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")) {
                preface.countDown();
            }
        })) {
            assertThat(failureOf(new SampleRecord(), modern.url())).isNull();
            assertThat(context.forwarded()).containsExactly("done");
            assertThat(preface.await(20, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void http_2_is_not_forced_on_a_service_that_does_not_speak_it() {
        settings.with("http.version", "2");
        service.answering(200, "old");

        assertThat(request(new SampleRecord()).header("Upgrade")).isEqualTo("h2c");
        assertThat(context.forwarded()).containsExactly("old");
    }

    @Test
    void http_1_1_asks_for_nothing_else() {
        assertThat(request(new SampleRecord()).header("Upgrade")).isEqualTo("none");
    }

    private static <T> FutureTask<T> inThread(Callable<T> work) {
        FutureTask<T> task = new FutureTask<>(work);
        Thread thread = new Thread(task, "processing");
        thread.setDaemon(true);
        thread.start();
        return task;
    }
}
