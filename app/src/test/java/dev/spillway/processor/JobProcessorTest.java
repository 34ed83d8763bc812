package dev.spillway.processor;

import static dev.spillway.sink.Samples.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.spillway.config.RetryConfig;
import dev.spillway.config.Settings;
import dev.spillway.flow.CancellationToken;
import dev.spillway.flow.PassingTime;
import dev.spillway.flow.ShedPolicies;
import dev.spillway.flow.ShedQueue;
import dev.spillway.sink.Delivery;
import dev.spillway.sink.DeliveryLine;
import dev.spillway.sink.Samples;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JobProcessorTest {
    private final PassingTime time = new PassingTime();
    private final DeliveryLine line = new DeliveryLine(time);
    private final CpuPool cpuPool = new CpuPool(1); // without a thread until somebody computes
    private final CancellationToken token = CancellationToken.root();
    private final JobProcessor processor =
            new JobProcessor(new IoJob(List.of(), Settings.minimal().config().http(), time), time);

    /** Does the job as a worker would. */
    private void handle(byte @Nullable [] value) throws InterruptedException {
        RetryConfig retry = new RetryConfig(1, Duration.ZERO, Duration.ZERO, Duration.ofSeconds(1));
        ShedQueue<Delivery> queue = new ShedQueue<>(1, 1 << 20, ShedPolicies.BLOCK, Delivery::size, time);
        RecordHandler handler = new RecordHandler(
                Work.of(processor),
                queue,
                new ResultOutlet(null),
                retry,
                new Downstream(),
                new Workers.Shared(cpuPool, line.spoiled(), time, new Random(1)));
        queue.tryOffer(line.next(value));
        queue.close();
        List<Delivery> batch = new ArrayList<>();
        while (queue.takeBatch(batch, 1)) {
            handler.handle(batch, token);
            batch.clear();
        }
    }

    private JsonNode result(String job) throws IOException, InterruptedException {
        handle(bytes(job));
        var sent = line.sent().get(line.sent().size() - 1);
        assertThat(sent.topic()).isEqualTo("out");
        return new ObjectMapper().readTree(sent.value());
    }

    private String refusal(String job) throws InterruptedException {
        handle(bytes(job));
        var sent = line.sent().get(line.sent().size() - 1);
        assertThat(sent.topic()).isEqualTo("dead-letters");
        assertThat(Samples.header(sent, "spillway.attempts")).isEqualTo("1");
        return Samples.header(sent, "spillway.reason");
    }

    @Test
    void a_delay_waits() throws Exception {
        JsonNode result = result("{\"id\": \"j-1\", \"type\": \"delay\", \"millis\": 250}");

        assertThat(result)
                .isEqualTo(
                        new ObjectMapper()
                                .readTree(
                                        "{\"jobId\": \"j-1\", \"status\": \"ok\", \"durationMicros\": 250000, \"attempts\": 1}"));
        assertThat(time.nanoTime()).isEqualTo(Duration.ofMillis(250).toNanos());
    }

    @Test
    void a_computation_computes() throws Exception {
        assertThat(result("{\"id\": 7, \"type\": \"cpu\", \"iterations\": 100000}")
                        .get("jobId")
                        .asText())
                .isEqualTo("7");
        assertThat(result("{\"id\": 7, \"type\": \"cpu\", \"iterations\": 0}")
                        .get("status")
                        .asText())
                .isEqualTo("ok");
    }

    @Test
    void fields_that_mean_nothing_to_it_do_no_harm() throws Exception {
        assertThat(result("{\"id\": \"a\", \"type\": \"delay\", \"millis\": 0, \"filler\": [\"xxxx\"]}")
                        .get("status")
                        .asText())
                .isEqualTo("ok");
    }

    @Test
    void a_computation_can_be_interrupted() {
        token.cancel("a test");
        Thread.currentThread().interrupt();

        assertThatThrownBy(() -> handle(bytes("{\"id\": 1, \"type\": \"cpu\", \"iterations\": 9223372036854775807}")))
                .isInstanceOf(InterruptedException.class);
        assertThat(line.sent()).isEmpty();
    }

    @Test
    void a_delay_holds_no_worker() throws Exception {
        CollectingContext context = new CollectingContext();

        process("{\"id\": 1, \"type\": \"delay\", \"millis\": 250}", context);

        assertThat(time.nanoTime()).isZero();
        assertThat(context.pauses()).containsExactly(Duration.ofMillis(250));
        assertThat(context.forwarded()).isEmpty();
        process("{\"id\": 1, \"type\": \"delay\", \"millis\": 250}", context);
        assertThat(context.pauses()).hasSize(1);
        assertThat(context.forwarded()).hasSize(1);
    }

    private void process(String job, ProcessorContext context) throws Exception {
        processor.process(new SampleRecord().withValue(bytes(job)), context);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "secret",
                "{\"id\": \"secret\"",
                "{\"id\": \"secret\", \"type\": \"cpu\", \"iterations\": 1} secret",
                "\"secret\"",
                "[\"secret\"]",
                "{\"secret\": 1}",
                "{\"id\": {\"secret\": 1}, \"type\": \"cpu\"}",
                "{\"id\": \"secret\", \"type\": \"secret\"}",
                "{\"id\": \"secret\", \"type\": \"delay\"}",
                "{\"id\": \"secret\", \"type\": \"delay\", \"millis\": \"secret\"}",
                "{\"id\": \"secret\", \"type\": \"delay\", \"millis\": -1}",
                "{\"id\": \"secret\", \"type\": \"delay\", \"millis\": 1.5}",
                "{\"id\": \"secret\", \"type\": \"delay\", \"millis\": 9223372036854775808}",
                "{\"id\": \"secret\", \"type\": \"delay\", \"millis\": 1e400}",
                "{\"id\": \"secret\", \"type\": \"cpu\", \"iterations\": null}",
                "{\"id\": \"secret\", \"type\": \"cpu\", \"iterations\": -1}",
                "{\"id\": \"secret\", \"type\": \"cpu\", \"iterations\": true}",
                "{\"id\": \"secret\", \"type\": [\"cpu\"], \"iterations\": 1}",
                "{\"id\": \"secret\", \"type\": \"io\", \"url\": {\"secret\": 1}}",
                "\u0000secret"
            })
    void what_is_no_job_fails_for_good_and_is_not_quoted(String job) throws InterruptedException {
        assertThat(refusal(job))
                .startsWith("dev.spillway.processor.PermanentFailureException: ")
                .contains("job")
                .doesNotContain("secret");
    }

    @Test
    void a_value_that_is_not_there_is_no_job() throws InterruptedException {
        handle(null);
        handle(new byte[0]);

        assertThat(line.sent())
                .hasSize(2)
                .allSatisfy(letter ->
                        assertThat(Samples.header(letter, "spillway.reason")).contains("no value"));
    }

    @Test
    void deep_nesting_and_endless_numbers_are_refused_before_they_cost_anything() throws InterruptedException {
        assertThat(refusal("[".repeat(100_000))).contains("malformed JSON at");
        assertThat(refusal("{\"id\": 1, \"type\": \"cpu\", \"iterations\": " + "9".repeat(100_000) + "}"))
                .contains("malformed JSON at")
                .doesNotContain("999");
    }

    @Test
    void what_is_nested_twenty_deep_is_a_job_and_what_is_nested_deeper_is_none() throws Exception {
        String job = "{\"id\": 1, \"type\": \"cpu\", \"iterations\": 1, \"filler\": %s}";

        assertThat(result(String.format(job, "[".repeat(19) + "]".repeat(19)))
                        .get("status")
                        .asText())
                .isEqualTo("ok");
        assertThat(refusal(String.format(job, "[".repeat(20) + "]".repeat(20)))).contains("malformed JSON at");
    }

    @Test
    void the_place_of_the_mistake_is_told() throws InterruptedException {
        assertThat(refusal("{\"id\": secret}")).contains("malformed JSON at byte ");
    }

    @ParameterizedTest
    @CsvSource({"1e3", "9223372036854775807000"})
    void a_delay_of_a_number_that_is_not_whole_is_refused(String millis) throws InterruptedException {
        assertThat(refusal("{\"id\": 1, \"type\": \"delay\", \"millis\": " + millis + "}"))
                .contains("'millis' is not a whole number of at least 0");
    }

    @Test
    void a_delay_beyond_the_time_out_fails_without_waiting_for_it() throws InterruptedException {
        for (String millis : List.of("1001", "9223372036854775807")) {
            handle(bytes("{\"id\": 1, \"type\": \"delay\", \"millis\": " + millis + "}"));
        }

        assertThat(line.sent())
                .hasSize(2)
                .allSatisfy(letter ->
                        assertThat(Samples.header(letter, "spillway.reason")).contains("processing.timeout.ms=1000"));
        assertThat(time.nanoTime()).isZero();
    }
}
