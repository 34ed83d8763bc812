package dev.spillway.processor;

import static dev.spillway.sink.Samples.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.spillway.config.Settings;
import dev.spillway.flow.ManualTime;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class HttpBatchProcessorTest {
    private final ManualTime time = new ManualTime();
    private final Settings settings =
            Settings.minimal().with("processor", "http").with("http.batch.max.records", "10");

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

    private @Nullable Throwable failureOf(List<SampleEntry> batch) {
        settings.with("http.url", service.url("/batch").toString());
        try (HttpBatchProcessor processor =
                new HttpBatchProcessor(settings.config().http(), time)) {
            return catchThrowable(() -> processor.process(batch));
        }
    }

    /** Lets the service answer a batch of one with this. */
    private SampleEntry answered(String answer) {
        service.answering(200, "[" + answer + "]");
        SampleEntry entry = new SampleEntry(new SampleRecord());
        assertThat(failureOf(List.of(entry))).isNull();
        return entry;
    }

    /** The element of a request that a record becomes. */
    private JsonNode element(InputRecord record) throws IOException {
        service.answering(200, "[{\"status\": 204}]");
        assertThat(failureOf(List.of(new SampleEntry(record)))).isNull();
        return new ObjectMapper()
                .readTree(service.requests().get(service.requests().size() - 1).body())
                .get(0);
    }

    private static List<SampleEntry> entries(int count) {
        List<SampleEntry> entries = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            entries.add(new SampleEntry(new SampleRecord().at(i).withValue(bytes("{\"n\": " + i + "}"))));
        }
        return entries;
    }

    @Test
    void records_go_as_one_array_and_each_gets_its_own_answer() {
        service.answering(
                200,
                "[{\"value\": {\"sum\": 1.10}}, {\"status\": 204}, {\"status\": 422, \"error\": \"no such product\"},"
                        + " {\"status\": 503, \"retryAfter\": 7}]");
        List<SampleEntry> batch = entries(4);

        assertThat(failureOf(batch)).isNull();

        assertThat(service.requests()).singleElement().satisfies(request -> {
            assertThat(request.method()).isEqualTo("POST");
            assertThat(request.header("Content-Type")).isEqualTo("application/json");
            assertThat(request.header("Spillway-Batch")).isEqualTo("4");
        });
        assertThat(batch.get(0).context().forwarded()).containsExactly("{\"sum\":1.10}");
        assertThat(batch.get(1).context().forwarded()).isEmpty();
        assertThat(batch.subList(0, 2))
                .allSatisfy(entry -> assertThat(entry.failure()).isNull());
        assertThat(batch.get(2).failure())
                .isInstanceOf(PermanentFailureException.class)
                .hasMessage("the service answered 422: no such product");
        assertThat(batch.get(3).failure())
                .isInstanceOfSatisfying(
                        RetryLaterException.class,
                        failure -> assertThat(failure.pause()).isEqualTo(Duration.ofSeconds(7)));
    }

    @ParameterizedTest
    @ValueSource(ints = {204, 205})
    void an_answer_without_content_says_of_all_records_that_they_have_no_result(int status) {
        service.answering(status, "");
        List<SampleEntry> batch = entries(3);

        assertThat(failureOf(batch)).isNull();

        assertThat(batch).allSatisfy(entry -> {
            assertThat(entry.failure()).isNull();
            assertThat(entry.context().forwarded()).isEmpty();
        });
    }

    @Test
    void what_is_nested_as_deep_as_a_request_may_be_may_come_back() {
        String deep = "[".repeat(100) + "]".repeat(100);

        assertThat(answered("{\"value\": " + deep + "}").context().forwarded()).containsExactly(deep);
    }

    @Test
    void a_record_is_an_object_with_all_that_it_has() throws IOException {
        JsonNode element = element(new SampleRecord()
                .withValue(bytes("{\"n\": 1}"))
                .withHeader("trace", bytes("old"))
                .withHeader("trace", bytes("spür"))
                .withHeader("binary", new byte[] {(byte) 0xff})
                .withHeader("spillway.part", bytes("1/2"))
                .inAttempt(2));

        assertThat(element).isEqualTo(new ObjectMapper().readTree("""
                        {"origin": "orders-3@17", "attempt": 2, "timestamp": 1700000000123, "key": "key",
                         "value": {"n": 1}, "headers": {"trace": "spür"}}"""));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "null",
                "\"text\"",
                "[1, 2]",
                "12345678901234567890.10",
                "{\"a\": 1, \"a\": 2}",
                " {} ",
                "\"\\ud83d\\ude00 ü\""
            })
    void a_value_that_is_json_goes_as_it_is(String value) throws IOException {
        assertThat(element(new SampleRecord().withValue(bytes(value))).has("value"))
                .isTrue();
        assertThat(service.requests().get(0).body()).contains("\"value\":" + value);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "plain",
                "{\"a\": 1} x",
                "{\"a\": 1",
                "\"open",
                "01",
                "NaN",
                "'a'",
                "\"a\nb\"",
                "\uFEFF{}",
                "1,2",
                "1]",
                "// a"
            })
    void a_value_that_is_no_json_goes_as_base64(String value) throws IOException {
        JsonNode element = element(new SampleRecord().withValue(bytes(value)));

        assertThat(element.has("value")).isFalse();
        assertThat(Base64.getDecoder().decode(element.get("valueBase64").asText()))
                .isEqualTo(bytes(value));
    }

    @Test
    void bytes_that_are_no_text_go_as_base64() throws IOException {
        byte[] utf16 = "{}".getBytes(StandardCharsets.UTF_16BE);
        byte[] broken = {'"', (byte) 0xff, '"'};

        assertThat(element(new SampleRecord().withValue(utf16)).has("valueBase64"))
                .isTrue();
        JsonNode element = element(new SampleRecord().withKey(broken).withValue(broken));
        assertThat(element.get("keyBase64").asText())
                .isEqualTo(Base64.getEncoder().encodeToString(broken));
        assertThat(element.get("valueBase64").asText())
                .isEqualTo(Base64.getEncoder().encodeToString(broken));
        assertThat(element.has("key")).isFalse();
    }

    @Test
    void what_is_nested_too_deeply_for_a_service_goes_as_base64() throws IOException {
        assertThat(element(new SampleRecord().withValue(bytes("[".repeat(5000) + "]".repeat(5000))))
                        .has("valueBase64"))
                .isTrue();
    }

    @Test
    void what_is_not_there_is_not_there() throws IOException {
        JsonNode element = element(new SampleRecord().withKey(null).withValue(null));

        assertThat(element.fieldNames()).toIterable().containsExactly("origin", "attempt", "timestamp");
    }

    @Test
    void more_records_than_one_request_carries_become_several() {
        service.answering(request -> new TestService.Answer(
                200, "[" + "{\"value\": 1},".repeat(request.body().split("origin").length - 2) + "{\"value\": 1}]"));
        List<SampleEntry> batch = entries(25);

        assertThat(failureOf(batch)).isNull();

        assertThat(service.requests().stream().map(request -> request.header("Spillway-Batch")))
                .containsExactly("10", "10", "5");
        assertThat(batch)
                .allSatisfy(entry -> assertThat(entry.context().forwarded()).containsExactly("1"));
    }

    @Test
    void a_result_may_be_bytes() {
        assertThat(answered("{\"status\": 201, \"valueBase64\": \"aGVsbG8=\"}")
                        .context()
                        .forwarded())
                .containsExactly("hello");
        assertThat(answered("{\"value\": null}").context().forwarded()).containsExactly("null");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "null",
                "7",
                "{\"status\": 200}",
                "{\"status\": \"200\"}",
                "{\"status\": 2e2}",
                "{\"value\": 1, \"valueBase64\": \"\"}",
                "{\"valueBase64\": \"?\"}",
                "{\"valueBase64\": null}",
                "{\"valueBase64\": {}}",
                "{\"status\": 99999999999}",
                "{\"status\": 0, \"value\": 1}"
            })
    void an_answer_to_a_record_that_means_nothing_fails_it_for_good_and_is_no_result(String answer) {
        SampleEntry entry = answered(answer);

        assertThat(entry.failure()).isInstanceOf(PermanentFailureException.class);
        assertThat(entry.context().forwarded()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "fine",
                "{}",
                "[]",
                "[{\"value\": 1}]",
                "[{\"value\": 1}, {\"value\": 1}, {\"value\": 1}]",
                "[{\"value\": 1}, {\"value\": 1}] x"
            })
    void an_answer_that_is_not_about_these_records_fails_them_all_for_good(String answer) {
        service.answering(200, answer);
        List<SampleEntry> batch = entries(2);

        assertThat(failureOf(batch)).isInstanceOf(PermanentFailureException.class);
        assertThat(batch)
                .allSatisfy(entry -> assertThat(entry.context().forwarded()).isEmpty());
    }

    @Test
    void deep_nesting_in_an_answer_is_refused() {
        service.answering(200, "[".repeat(5000) + "]".repeat(5000));

        assertThat(failureOf(entries(1))).isInstanceOf(PermanentFailureException.class);
    }

    @Test
    void a_status_about_the_whole_request_is_about_all_of_its_records() {
        service.answering(413, "too much");
        assertThat(failureOf(entries(2)))
                .isInstanceOf(PermanentFailureException.class)
                .hasMessage("the service answered 413: too much");

        service.answering(500, "");
        assertThat(failureOf(entries(2))).isInstanceOf(RetryLaterException.class);
    }

    @Test
    void the_answer_in_the_readme_is_one() throws IOException {
        String readme = Files.readString(Path.of("..", "README.md"));
        List<String> json = Pattern.compile("```json\n(.*?)```", Pattern.DOTALL)
                .matcher(readme.substring(readme.indexOf("**Batches.**")))
                .results()
                .map(found -> found.group(1))
                .toList();
        assertThat(json).as("a request and an answer").hasSize(2);
        service.answering(200, json.get(1));
        List<SampleEntry> batch = entries(5);

        assertThat(failureOf(batch)).isNull();

        assertThat(batch.stream().map(entry -> entry.context().forwarded()))
                .containsExactly(List.of("{\"any\":\"JSON\"}"), List.of(), List.of("bytes"), List.of(), List.of());
        assertThat(batch.get(3).failure()).isInstanceOf(PermanentFailureException.class);
        assertThat(batch.get(4).failure()).isInstanceOf(RetryLaterException.class);
    }
}
