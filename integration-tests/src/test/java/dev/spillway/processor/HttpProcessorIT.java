package dev.spillway.processor;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.spillway.Application;
import dev.spillway.Outcomes;
import dev.spillway.TestKafka;
import dev.spillway.config.Guarantee;
import dev.spillway.inspect.AuditReport;
import dev.spillway.runtime.ExitReport;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A sidecar in front of a service of HTTP, which runs in this JVM, with a real broker on its other side. */
@Timeout(120)
class HttpProcessorIT {
    private static final int RECORDS = 200;

    @RegisterExtension
    static final TestKafka kafka = new TestKafka();

    /** By origin, how often the service was asked. */
    private final Map<String, Integer> asked = new ConcurrentHashMap<>();

    private final AtomicInteger largestBatch = new AtomicInteger();
    private final ObjectMapper json = new ObjectMapper();
    private final ExecutorService threads = Executors.newCachedThreadPool();

    @SuppressWarnings("NullAway.Init")
    private HttpServer server;

    private volatile Function<Request, Answer> behaviour =
            request -> new Answer(200, "%s has %s".formatted(request.key(), request.value()));

    private record Request(String key, String value, int attempt) {}

    private record Answer(int status, String body) {}

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50);
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.createContext("/batch", this::handleBatch);
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
        threads.shutdownNow();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            var headers = exchange.getRequestHeaders();
            asked.merge(headers.getFirst("Spillway-Origin"), 1, Integer::sum);
            String value = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
            Answer answer = behaviour.apply(new Request(
                    headers.getFirst("Spillway-Key"), value, Integer.parseInt(headers.getFirst("Spillway-Attempt"))));
            byte[] body = answer.body().getBytes(UTF_8);
            exchange.sendResponseHeaders(answer.status(), body.length == 0 ? -1 : body.length);
            exchange.getResponseBody().write(body);
        }
    }

    /** Refuses keys that end with 7, and says that it is busy with all of a batch that holds one which ends with 99. */
    private void handleBatch(HttpExchange exchange) throws IOException {
        try (exchange) {
            ArrayNode records = (ArrayNode) json.readTree(exchange.getRequestBody());
            ArrayNode answers = json.createArrayNode();
            boolean isBusy = false;
            for (JsonNode record : records) {
                String key = record.path("key").asText();
                isBusy |= records.size() > 1 && key.endsWith("99");
                answers.add(
                        key.endsWith("7")
                                ? json.createObjectNode().put("status", 422).put("error", "no sevens")
                                : json.createObjectNode().put("value", key));
            }
            largestBatch.accumulateAndGet(records.size(), Math::max);
            byte[] body = json.writeValueAsBytes(answers);
            exchange.sendResponseHeaders(isBusy ? 503 : 200, body.length);
            exchange.getResponseBody().write(body);
        }
    }

    @ParameterizedTest
    @EnumSource
    void inBatchesEachRecordHasItsOwnOutcomeWhateverItsNeighboursDo(Guarantee guarantee) throws Exception {
        Application application = application()
                .guaranteeing(guarantee)
                .with("http.url", url() + "batch")
                .with("http.batch.max.records", "20")
                .with("workers", "2");
        produce(application, RECORDS);

        ExitReport report = application.runUntilEnd();

        assertThat(report.isConserved()).as(report.render()).isTrue();
        Outcomes outcomes = application.assertConserved();
        assertThat(outcomes.deadLettered())
                .hasSize(RECORDS / 10)
                .allSatisfy(letter -> assertThat(Outcomes.text(letter.key())).endsWith("7"));
        assertThat(outcomes.processed())
                .hasSize(RECORDS - RECORDS / 10)
                .allSatisfy(result ->
                        assertThat(Outcomes.text(result.value())).isEqualTo("\"" + Outcomes.text(result.key()) + "\""));
        assertThat(largestBatch).hasValue(20);
    }

    private String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/";
    }

    private Application application() throws InterruptedException {
        return Application.on(kafka, 2)
                .with("processor", "http")
                .with("http.url", url())
                .with("workers", "8")
                .with("retry.backoff.ms", "1");
    }

    private static void produce(Application application, int count) throws InterruptedException {
        List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            records.add(new ProducerRecord<>(application.input(), bytes("key-" + i), bytes("value-" + i)));
        }
        kafka.client().produce(records);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    @ParameterizedTest
    @EnumSource
    void whatTheServiceAnswersIsPublishedForEachRecord(Guarantee guarantee) throws Exception {
        Application application = application().guaranteeing(guarantee);
        produce(application, RECORDS);

        ExitReport report = application.runUntilEnd();

        assertThat(report.isConserved()).as(report.render()).isTrue();
        Outcomes outcomes = application.assertConserved();
        assertThat(outcomes.processed()).hasSize(RECORDS).allSatisfy(result -> {
            String key = Outcomes.text(result.key());
            assertThat(Outcomes.text(result.value())).isEqualTo(key + " has " + key.replace("key", "value"));
        });
        assertThat(asked).hasSize(RECORDS);
    }

    @Test
    void aServiceThatFailsNowAndThenLosesNothing() throws Exception {
        behaviour = request -> {
            int number = Integer.parseInt(request.value().substring("value-".length()));
            if (request.attempt() == 1 && number % 3 == 0) {
                return new Answer(number % 2 == 0 ? 503 : 429, "busy");
            }
            if (request.attempt() == 1 && number % 3 == 1) {
                throw new IllegalStateException("a test: the connection breaks");
            }
            return new Answer(200, request.value());
        };
        Application application = application();
        produce(application, RECORDS);

        ExitReport report = application.runUntilEnd();

        assertThat(report.isConserved()).as(report.render()).isTrue();
        assertThat(application.assertConserved().processed()).hasSize(RECORDS);
        assertThat(asked.values().stream().filter(times -> times == 2)).hasSize(134);
    }

    @ParameterizedTest
    @EnumSource
    void theAuditIsExactForWhatTheServiceSwallowsWhereMarkersAreWritten(Guarantee guarantee) throws Exception {
        behaviour = request -> request.key().endsWith("7") ? new Answer(204, "") : new Answer(200, request.value());
        Application application = application()
                .guaranteeing(guarantee)
                .with("processed.topic", kafka.client().createTopic("processed", 2));
        produce(application, RECORDS);

        ExitReport report = application.runUntilEnd();

        assertThat(report.isConserved()).as(report.render()).isTrue();
        AuditReport audit = application.audit();
        assertThat(audit.isConserved()).as(audit.text()).isTrue();
        assertThat(audit.total().processed()).isEqualTo(RECORDS);
        assertThat(kafka.client().readCommitted(application.setting("processed.topic")))
                .hasSize(RECORDS / 10)
                .allSatisfy(marker -> {
                    assertThat(marker.value()).isNull();
                    assertThat(Outcomes.header(marker, "spillway.outcome")).isEqualTo("PROCESSED");
                });
        AuditReport withoutMarkers = application.without("processed.topic").audit();
        assertThat(withoutMarkers.total().missing()).isEqualTo(RECORDS / 10);
        assertThat(withoutMarkers.text()).contains("processed without a result leaves no trace");
    }

    @Test
    void whatTheServiceRefusesBecomesADeadLetterAtTheFirstAttempt() throws Exception {
        behaviour = request ->
                request.key().endsWith("7") ? new Answer(422, "no sevens, please") : new Answer(200, request.value());
        Application application = application();
        produce(application, 100);

        ExitReport report = application.runUntilEnd();

        assertThat(report.isConserved()).as(report.render()).isTrue();
        Outcomes outcomes = application.assertConserved();
        assertThat(outcomes.processed()).hasSize(90);
        assertThat(outcomes.deadLettered()).hasSize(10).allSatisfy(letter -> {
            assertThat(Outcomes.text(letter.key())).endsWith("7");
            assertThat(Outcomes.header(letter, "spillway.attempts")).isEqualTo("1");
            assertThat(Outcomes.header(letter, "spillway.reason"))
                    .endsWith("PermanentFailureException: the service answered 422: no sevens, please");
        });
    }

    @Test
    void aServiceThatStaysBusyLeavesDeadLettersBehind() throws Exception {
        behaviour = request -> new Answer(503, "never");
        Application application = application().with("retry.max.retries", "2").with("circuit.breaker.window", "0");
        produce(application, 10);

        ExitReport report = application.runUntilEnd();

        assertThat(report.isConserved()).as(report.render()).isTrue();
        assertThat(application.assertConserved().deadLettered())
                .hasSize(10)
                .allSatisfy(letter ->
                        assertThat(Outcomes.header(letter, "spillway.attempts")).isEqualTo("3"));
    }

    @Test
    void aRecordWithoutAResultIsProcessed() throws Exception {
        behaviour = request -> new Answer(204, "");
        Application application = application();
        produce(application, 100);

        ExitReport report = application.runUntilEnd();

        assertThat(report.isConserved()).as(report.render()).isTrue();
        assertThat(report.totals().committed().processed()).isEqualTo(100);
        Outcomes outcomes = application.outcomes();
        assertThat(outcomes.origins()).isEmpty();
        assertThat(application.committed()).containsAllEntriesOf(outcomes.inputEnds());
    }

    @Test
    void jobsFetchFromThisMachineAndFromNowhereElse() throws Exception {
        server.createContext("/page", exchange -> {
            try (exchange) {
                exchange.sendResponseHeaders(200, 5);
                exchange.getResponseBody().write(bytes("hello"));
            }
        });
        Application application = application().with("processor", "job");
        kafka.client()
                .produce(List.of(
                        new ProducerRecord<>(
                                application.input(),
                                bytes("fine"),
                                bytes("{\"id\": 1, \"type\": \"io\", \"url\": \"" + url() + "page\"}")),
                        new ProducerRecord<>(
                                application.input(),
                                bytes("bad"),
                                bytes("{\"id\": 2, \"type\": \"io\", \"url\": \"http://169.254.169.254/latest\"}"))));

        ExitReport report = application.runUntilEnd();

        assertThat(report.isConserved()).as(report.render()).isTrue();
        Outcomes outcomes = application.assertConserved();
        assertThat(outcomes.processed())
                .singleElement()
                .satisfies(result -> assertThat(Outcomes.text(result.value()))
                        .contains("\"jobId\":\"1\"", "\"httpStatus\":200", "\"bytes\":5"));
        assertThat(outcomes.deadLettered())
                .singleElement()
                .satisfies(letter ->
                        assertThat(Outcomes.header(letter, "spillway.reason")).contains("not in job.io.allowed.hosts"));
    }
}
