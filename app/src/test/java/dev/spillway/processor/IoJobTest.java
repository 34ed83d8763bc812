package dev.spillway.processor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.spillway.config.Settings;
import dev.spillway.config.SpillwayConfig;
import dev.spillway.flow.ManualTime;
import dev.spillway.sink.Samples;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Jobs that fetch, from services on this machine; names are resolved by a table of the test. */
@Timeout(60)
class IoJobTest {
    private static final String METADATA = "169.254.169.254";

    private final ManualTime time = new ManualTime();
    private final CollectingContext context = new CollectingContext();
    private final Settings settings = Settings.minimal().with("processor", "job");
    private final Map<String, String> names = new HashMap<>(Map.of("localhost", "127.0.0.1"));

    @SuppressWarnings("NullAway.Init")
    private TestService service;

    @BeforeEach
    void start() throws IOException {
        service = new TestService();
        service.answering(200, "hello");
    }

    @AfterEach
    void stop() {
        service.close();
    }

    private @Nullable Throwable failureOf(String url) {
        SpillwayConfig config = settings.config();
        IoJob io = new IoJob(config.ioAllowedHosts(), config.http(), time, this::resolve);
        try (JobProcessor processor = new JobProcessor(io, time)) {
            String job = "{\"id\": 1, \"type\": \"io\", \"url\": \"" + url + "\"}";
            return catchThrowable(() -> processor.process(new SampleRecord().withValue(Samples.bytes(job)), context));
        }
    }

    private InetAddress[] resolve(String host) throws UnknownHostException {
        String address = names.getOrDefault(host, host);
        if (!address.matches("[0-9.]+|\\[.*]|[0-9a-f:]+")) {
            throw new UnknownHostException(host);
        }
        return InetAddress.getAllByName(address);
    }

    private String local(String host) {
        return "http://" + host + ":" + service.port() + "/";
    }

    private void assertRefused(String url, String... words) {
        int before = service.requests().size();
        assertThat(failureOf(url))
                .isInstanceOf(PermanentFailureException.class)
                .hasMessageContainingAll(words)
                .satisfies(failure -> assertThat(failure.getMessage()).doesNotContain("secret", METADATA));
        assertThat(service.requests()).hasSize(before);
        assertThat(context.forwarded()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "localhost", "LocalHost"})
    void loopback_names_are_fetched_from(String host) throws IOException {
        names.put("LocalHost", "127.0.0.1");

        assertThat(failureOf(local(host) + "page?q=1")).isNull();

        assertThat(service.requests()).singleElement().satisfies(request -> {
            assertThat(request.method()).isEqualTo("GET");
            assertThat(request.path()).isEqualTo("/page?q=1");
        });
        JsonNode result = new ObjectMapper().readTree(context.forwarded().get(0));
        assertThat(result).isEqualTo(new ObjectMapper().readTree("""
                {"jobId": "1", "status": "ok", "httpStatus": 200, "bytes": 5, "durationMicros": 0, "attempts": 1}"""));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://169.254.169.254/latest/meta-data/secret",
                "http://example.com/secret",
                "http://127.0.0.2/secret",
                "http://2130706433/",
                "http://0177.0.0.1/",
                "http://0.0.0.0/",
                "http://[::ffff:169.254.169.254]/",
                "http://localhost.example.com/",
                "http://127.0.0.1.example.com/",
                "http://metadata.google.internal/secret"
            })
    void no_other_host_is(String url) {
        assertRefused(url, "not in job.io.allowed.hosts");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://0x7f.0.0.1/",
                "http://127.1/",
                "file:///etc/secret",
                "ftp://localhost/",
                "jar:http://localhost/!/",
                "localhost",
                "http:///secret",
                "http://secret@localhost/",
                "http://localhost@169.254.169.254/",
                "//localhost/",
                ""
            })
    void what_is_not_plainly_a_url_of_http_is_refused(String url) {
        assertRefused(url, "URL");
    }

    @Test
    void a_job_without_a_url_is_none() {
        assertThat(failureOf("\", \"url\": 1.5, \"x\": \""))
                .isInstanceOf(PermanentFailureException.class)
                .hasMessageContaining("'url' is missing or not a text");
    }

    @Test
    void a_loopback_name_that_resolves_to_elsewhere_is_refused() {
        names.put("localhost", "10.0.0.1");
        assertRefused("http://localhost/", "loopback name with an address elsewhere");

        names.put("localhost", METADATA);
        assertRefused("http://localhost/", "loopback name with an address elsewhere");
    }

    @Test
    void a_loopback_name_is_called_at_the_address_that_was_checked() {
        assertThat(failureOf(local("localhost"))).isNull();

        assertThat(service.requests().get(0).header("Host")).isEqualTo("127.0.0.1:" + service.port());
    }

    @Test
    void an_allowed_name_with_a_link_local_address_is_refused() {
        settings.with("job.io.allowed.hosts", "partner.example");
        names.put("partner.example", METADATA);
        assertRefused("http://partner.example/", "link-local");

        names.put("partner.example", "fe80::1");
        assertRefused("http://partner.example/", "link-local");

        names.put("partner.example", "0.0.0.0");
        assertRefused(local("partner.example"), "no host's");
    }

    @Test
    void hosts_can_be_chosen_with_their_port_and_replace_the_default() {
        settings.with("job.io.allowed.hosts", "127.0.0.1:" + service.port());
        assertThat(failureOf(local("127.0.0.1"))).isNull();
        context.clear();

        assertRefused("http://127.0.0.1/", "not in job.io.allowed.hosts");
        assertRefused(local("localhost"), "not in job.io.allowed.hosts");

        settings.with("job.io.allowed.hosts", "");
        assertRefused(local("127.0.0.1"), "not in job.io.allowed.hosts");
    }

    @Test
    void a_redirect_is_followed_to_where_it_may_lead() {
        service.answering(request -> request.path().equals("/")
                ? new TestService.Answer(302, Map.of("Location", "/there"), "")
                : new TestService.Answer(200, "there"));

        assertThat(failureOf(local("127.0.0.1"))).isNull();

        assertThat(service.requests().stream().map(TestService.Request::path)).containsExactly("/", "/there");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://169.254.169.254/secret",
                "//169.254.169.254/secret",
                "http://example.com/secret",
                "file:///secret",
                "http://localhost@169.254.169.254/",
                "http://[broken"
            })
    void a_redirect_is_not_followed_to_anywhere_else(String location) {
        service.answering(request -> new TestService.Answer(302, Map.of("Location", location), ""));

        assertThat(failureOf(local("127.0.0.1")))
                .isInstanceOf(PermanentFailureException.class)
                .satisfies(failure -> assertThat(failure.getMessage()).doesNotContain("secret", METADATA));
        assertThat(service.requests()).hasSize(1);
    }

    @Test
    void a_redirect_that_does_not_say_where_to_leads_nowhere() {
        service.answering(request -> request.path().equals("/deep/page")
                ? new TestService.Answer(302, "")
                : new TestService.Answer(200, "another page"));

        assertThat(failureOf(local("127.0.0.1") + "deep/page"))
                .isInstanceOf(PermanentFailureException.class)
                .hasMessage("the job's URL answered 302 without saying where to");
        assertThat(service.requests()).hasSize(1);
    }

    @Test
    void a_redirect_to_another_query_keeps_the_path() {
        service.answering(request -> request.path().equals("/deep/page?q=1")
                ? new TestService.Answer(302, Map.of("Location", "?q=2"), "")
                : new TestService.Answer(200, "there"));

        assertThat(failureOf(local("127.0.0.1") + "deep/page?q=1")).isNull();

        assertThat(service.requests().stream().map(TestService.Request::path))
                .containsExactly("/deep/page?q=1", "/deep/page?q=2");
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://127.0.0.1:0/", "http://127.0.0.1:65536/", "http://127.0.0.1:99999/"})
    void a_port_that_is_none_is_refused_for_good(String url) {
        assertRefused(url, "http://host/…");
    }

    @Test
    void redirects_that_lead_nowhere_come_to_an_end() {
        service.answering(request -> new TestService.Answer(302, Map.of("Location", "/"), ""));

        assertThat(failureOf(local("127.0.0.1")))
                .isInstanceOf(PermanentFailureException.class)
                .hasMessage("the job's URL redirects more than 5 times");
        assertThat(service.requests()).hasSize(6);
    }

    @Test
    void an_answer_that_will_not_change_fails_for_good_and_others_are_tried_again() {
        service.answering(404, "secret");
        assertThat(failureOf(local("127.0.0.1")))
                .isInstanceOf(PermanentFailureException.class)
                .hasMessage("the job's URL answered 404");

        service.answering(request -> new TestService.Answer(429, Map.of("Retry-After", "3"), "secret"));
        assertThat(failureOf(local("127.0.0.1")))
                .isInstanceOfSatisfying(
                        RetryLaterException.class,
                        failure -> assertThat(failure.pause()).isEqualTo(Duration.ofSeconds(3)))
                .hasMessage("the job's URL answered 429");
    }

    @Test
    void a_host_that_is_not_known_may_become_so() {
        settings.with("job.io.allowed.hosts", "secret.example");

        assertThat(failureOf("http://secret.example/"))
                .isInstanceOf(IOException.class)
                .hasMessage("the host of the job's URL is unknown");
    }

    @Test
    void what_is_fetched_is_bounded() {
        settings.with("http.max.response.bytes", "4");

        assertThat(failureOf(local("127.0.0.1")))
                .isInstanceOf(PermanentFailureException.class)
                .hasMessageContaining("http.max.response.bytes=4");
    }

    @Test
    void a_service_that_never_answers_is_given_up_in_time() throws Exception {
        try (RawService silent = RawService.thatWrites("")) {
            FutureTask<@Nullable Throwable> asked =
                    new FutureTask<>(() -> failureOf(silent.url().toString()));
            new Thread(asked, "processing").start();
            assertThat(silent.requested().await(20, TimeUnit.SECONDS)).isTrue();
            time.awaitWaiting(1);

            time.advance(Duration.ofSeconds(8));

            assertThat(asked.get(20, TimeUnit.SECONDS)).isInstanceOf(HttpTimeoutException.class);
            assertThat(silent.abandoned().await(20, TimeUnit.SECONDS)).isTrue();
        }
    }
}
