package dev.spillway.testing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spillway.config.InvalidConfigException;
import dev.spillway.processor.BatchEntry;
import dev.spillway.processor.BatchProcessor;
import dev.spillway.processor.InputRecord;
import dev.spillway.processor.PermanentFailureException;
import dev.spillway.processor.Processor;
import dev.spillway.processor.ProcessorContext;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class SpillwayTestDriverTest {
    private @Nullable SpillwayTestDriver driver;

    /** Origins and attempts, as {@code offset/attempt}, in the order in which the processor was called. */
    private final List<String> calls = new ArrayList<>();

    @AfterEach
    void close() {
        if (driver != null) {
            driver.close();
        }
    }

    private SpillwayTestDriver driver(Processor processor, Map<String, String> settings) {
        driver = SpillwayTestDriver.of(
                (record, context) -> {
                    calls.add(record.offset() + "/" + record.attempt());
                    processor.process(record, context);
                },
                settings);
        return driver;
    }

    private SpillwayTestDriver driver(BatchProcessor processor, Map<String, String> settings) {
        driver = SpillwayTestDriver.of(processor, settings);
        return driver;
    }

    private static void forwardAll(InputRecord record, ProcessorContext context) {
        context.forward(record.value());
    }

    private static void pipe(SpillwayTestDriver driver, int count) {
        for (int i = 0; i < count; i++) {
            driver.pipe("k" + i, "v" + i);
        }
    }

    private static List<String> origins(List<WrittenRecord> records) {
        return records.stream().map(WrittenRecord::origin).toList();
    }

    @Test
    void a_record_that_is_piped_waits_in_the_queue_until_the_workers_work() {
        SpillwayTestDriver piped = driver(SpillwayTestDriverTest::forwardAll, Map.of());

        assertThat(piped.pipe("key", "value")).isEqualTo("input-0@0");

        assertThat(piped.backlog()).isEqualTo(1);
        assertThat(piped.readResults()).isEmpty();
        piped.work();
        assertThat(piped.readMarkers()).isEmpty();
        assertThat(piped.backlog()).isZero();
        assertThat(piped.outcomes()).isEqualTo(new SpillwayTestDriver.Outcomes(1, 0, 1, 0, 0));
    }

    @Test
    void a_result_has_what_the_processor_forwarded_and_the_headers_of_both() {
        SpillwayTestDriver piped = driver(
                (record, context) -> {
                    context.forward("other".getBytes(UTF_8), "one".getBytes(UTF_8));
                    context.forward(null);
                },
                Map.of("output.topic", "out"));
        piped.pipe(
                new TopicPartition("input", 3),
                "key".getBytes(UTF_8),
                null,
                new RecordHeaders().add("trace", "7".getBytes(UTF_8)));
        piped.work();

        List<WrittenRecord> results = piped.readResults();
        assertThat(results).extracting(WrittenRecord::keyText).containsExactly("other", "key");
        assertThat(results).extracting(WrittenRecord::valueText).containsExactly("one", null);
        assertThat(results).allSatisfy(result -> {
            assertThat(result.topic()).isEqualTo("out");
            assertThat(result.origin()).isEqualTo("input-3@0");
            assertThat(result.header("trace")).contains("7");
            assertThat(result.header("none")).isEmpty();
        });
        assertThat(results.get(1).header("spillway.part")).contains("2/2");
        assertThat(piped.readResults()).as("what was read is not read again").isEmpty();
    }

    @Test
    void what_a_processor_swallows_is_processed_without_a_result_and_leaves_a_marker_if_that_is_wanted() {
        SpillwayTestDriver piped = driver((record, context) -> {}, Map.of("processed.topic", "done"));
        piped.pipe(null, "value");
        piped.work();

        assertThat(piped.readResults()).isEmpty();
        assertThat(origins(piped.readMarkers())).containsExactly("input-0@0");
        assertThat(piped.outcomes().processed()).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({
        "DROP_OLDEST, input-0@0 input-0@1, input-0@2 input-0@3",
        "DROP_NEWEST, input-0@2 input-0@3, input-0@0 input-0@1"
    })
    void a_full_queue_sheds_by_its_policy_and_each_victim_leaves_a_tombstone(
            String policy, String victims, String survivors) {
        SpillwayTestDriver piped =
                driver(SpillwayTestDriverTest::forwardAll, Map.of("shed.policy", policy, "queue.capacity", "2"));
        pipe(piped, 4);

        List<WrittenRecord> tombstones = piped.readTombstones();
        assertThat(origins(tombstones)).containsExactly(victims.split(" "));
        assertThat(tombstones).allSatisfy(tombstone -> {
            assertThat(tombstone.value()).isNull();
            assertThat(tombstone.keyText()).startsWith("k");
            assertThat(tombstone.header("spillway.outcome")).contains("DROPPED");
            assertThat(tombstone.header("spillway.reason")).contains(policy);
            assertThat(tombstone.header("spillway.at"))
                    .contains(Instant.ofEpochMilli(1_700_000_000_000L).toString());
        });
        assertThat(piped.backlog()).isEqualTo(2);
        piped.work();
        assertThat(origins(piped.readResults())).containsExactly(survivors.split(" "));
        assertThat(piped.outcomes()).isEqualTo(new SpillwayTestDriver.Outcomes(4, 0, 2, 2, 0));
    }

    @Test
    void under_block_what_does_not_fit_waits_in_its_topic() {
        SpillwayTestDriver piped = driver(SpillwayTestDriverTest::forwardAll, Map.of("queue.capacity", "2"));
        pipe(piped, 5);

        assertThat(piped.backlog()).isEqualTo(2);
        assertThat(piped.waitingInTopics()).isEqualTo(3);
        assertThat(piped.outcomes().waiting()).isEqualTo(5);
        piped.work();
        assertThat(piped.waitingInTopics()).isZero();
        assertThat(piped.readResults()).hasSize(5);
        assertThat(piped.readTombstones()).isEmpty();
    }

    @Test
    void a_failed_record_waits_for_its_retry_until_time_is_moved() {
        SpillwayTestDriver piped = driver(
                (record, context) -> {
                    if (record.attempt() == 1) {
                        throw new IOException("not yet");
                    }
                    context.forward(record.value());
                },
                Map.of("retry.backoff.ms", "200"));
        pipe(piped, 1);
        piped.work();

        assertThat(piped.waitingRetries()).isEqualTo(1);
        assertThat(piped.readResults()).isEmpty();
        piped.advance(Duration.ofMillis(199));
        assertThat(calls).containsExactly("0/1");
        piped.advance(Duration.ofMillis(1));
        assertThat(calls).containsExactly("0/1", "0/2");
        assertThat(piped.waitingRetries()).isZero();
        assertThat(piped.readResults()).hasSize(1);
    }

    @Test
    void one_step_in_time_is_as_good_as_many() {
        SpillwayTestDriver piped = driver(
                (record, context) -> {
                    throw new IOException("no");
                },
                Map.of("retry.backoff.ms", "100", "retry.backoff.max.ms", "300"));
        pipe(piped, 1);

        piped.advance(Duration.ofMillis(600));

        assertThat(calls).containsExactly("0/1", "0/2", "0/3", "0/4");
        WrittenRecord deadLetter = piped.readDeadLetters().get(0);
        assertThat(deadLetter.keyText()).isEqualTo("k0");
        assertThat(deadLetter.valueText()).isEqualTo("v0");
        assertThat(deadLetter.topic()).isEqualTo("test-dead-letters");
        assertThat(deadLetter.header("spillway.outcome")).contains("DEAD_LETTERED");
        assertThat(deadLetter.header("spillway.reason")).contains("java.io.IOException: no");
        assertThat(deadLetter.header("spillway.attempts")).contains("4");
        assertThat(deadLetter.header("spillway.at")).contains(piped.now().toString());
        assertThat(piped.outcomes().deadLettered()).isEqualTo(1);
    }

    @Test
    void a_permanent_failure_is_a_dead_letter_at_once() {
        SpillwayTestDriver piped = driver(
                (record, context) -> {
                    throw new PermanentFailureException("never");
                },
                Map.of());
        pipe(piped, 1);
        piped.work();

        assertThat(piped.readDeadLetters().get(0).header("spillway.attempts")).contains("1");
    }

    @Test
    void an_attempt_that_sleeps_for_too_long_is_interrupted_at_its_time_out() {
        List<Instant> interrupted = new ArrayList<>();
        SpillwayTestDriver piped = driver(
                (record, context) -> {
                    SpillwayTestDriver self = requireNonNull(driver);
                    self.sleep(Duration.ofMillis(400));
                    try {
                        self.sleep(Duration.ofHours(1));
                    } catch (InterruptedException e) {
                        interrupted.add(self.now());
                        throw e;
                    }
                },
                Map.of("processing.timeout.ms", "1000", "retry.max.retries", "0"));
        Instant start = piped.now();
        pipe(piped, 1);
        piped.work();

        assertThat(interrupted).containsExactly(start.plusSeconds(1));
        assertThat(piped.readDeadLetters().get(0).header("spillway.reason"))
                .hasValueSatisfying(reason -> assertThat(reason).contains("processing.timeout.ms=1000"));
        assertThat(Thread.interrupted()).isFalse();
    }

    @Test
    void a_processor_that_sleeps_moves_time_on() {
        SpillwayTestDriver piped =
                driver((record, context) -> requireNonNull(driver).sleep(Duration.ofMillis(30)), Map.of());
        Instant start = piped.now();
        pipe(piped, 3);
        piped.work();

        assertThat(piped.now()).isEqualTo(start.plusMillis(90));
    }

    @Test
    void with_order_by_key_nothing_overtakes_a_waiting_retry_of_its_key() {
        SpillwayTestDriver piped = driver(
                (record, context) -> {
                    if (record.offset() == 0 && record.attempt() == 1) {
                        throw new IOException("not yet");
                    }
                },
                Map.of("ordering", "key"));
        piped.pipe("a", "1");
        piped.pipe("a", "2");
        piped.pipe("b", "3");
        piped.work();
        assertThat(calls).containsExactly("0/1", "2/1");

        piped.advance(Duration.ofMillis(100));

        assertThat(calls).containsExactly("0/1", "2/1", "0/2", "1/1");
    }

    @Test
    void a_batch_closes_when_it_is_full_or_has_lingered() {
        List<Integer> sizes = new ArrayList<>();
        SpillwayTestDriver piped = driver(
                batch -> {
                    sizes.add(batch.size());
                    for (BatchEntry entry : batch) {
                        entry.context().forward(entry.record().value());
                    }
                },
                Map.of("batch.max.records", "3", "batch.linger.ms", "50"));
        pipe(piped, 5);
        piped.work();
        assertThat(sizes).containsExactly(3);
        assertThat(piped.openBatch()).isEqualTo(2);

        piped.advance(Duration.ofMillis(49));
        assertThat(sizes).containsExactly(3);
        piped.advance(Duration.ofMillis(1));
        assertThat(sizes).containsExactly(3, 2);
        assertThat(piped.readResults()).hasSize(5);
    }

    @Test
    void a_record_that_fails_in_a_batch_fails_alone() {
        SpillwayTestDriver piped = driver(
                batch -> batch.forEach(entry -> {
                    if (entry.record().offset() == 1) {
                        entry.fail(new PermanentFailureException("bad"));
                    } else {
                        entry.context().forward(entry.record().value());
                    }
                }),
                Map.of("batch.max.records", "3"));
        pipe(piped, 3);
        piped.work();

        assertThat(origins(piped.readResults())).containsExactly("input-0@0", "input-0@2");
        assertThat(origins(piped.readDeadLetters())).containsExactly("input-0@1");
    }

    @Test
    void when_all_attempts_fail_the_circuit_breaker_opens_and_time_closes_it_by_a_probe() {
        boolean[] down = {true};
        SpillwayTestDriver piped = driver(
                (record, context) -> {
                    if (down[0]) {
                        throw new IOException("down");
                    }
                },
                Map.of("circuit.breaker.window", "4", "retry.backoff.ms", "10"));
        pipe(piped, 4);
        piped.work();
        pipe(piped, 3);

        assertThat(piped.waitingInTopics()).as("one was admitted for the probe").isEqualTo(2);
        piped.advance(Duration.ofSeconds(30));
        assertThat(piped.readDeadLetters()).isEmpty();
        down[0] = false;
        piped.advance(Duration.ofSeconds(30));
        assertThat(piped.outcomes()).isEqualTo(new SpillwayTestDriver.Outcomes(7, 0, 7, 0, 0));
    }

    @Test
    void a_probe_that_lets_its_record_wait_is_gone_on_with_before_another_one_is_made() {
        boolean[] down = {true};
        SpillwayTestDriver piped = driver(
                (record, context) -> {
                    if (down[0]) {
                        throw new IOException("down");
                    }
                    if (context.paused().isZero()) {
                        context.resumeAfter(Duration.ofMillis(100));
                    }
                },
                Map.of("circuit.breaker.window", "4", "retry.backoff.ms", "10", "queue.capacity", "50"));
        pipe(piped, 50);
        piped.work();
        down[0] = false;

        piped.advance(Duration.ofSeconds(5));

        assertThat(piped.outcomes().processed()).as("at one probe a second").isPositive();
        piped.advance(Duration.ofSeconds(60));
        assertThat(piped.outcomes().processed()).isEqualTo(50);
    }

    @Test
    void records_that_always_fail_do_not_hold_up_for_ever_those_behind_them() {
        SpillwayTestDriver piped = driver(
                (record, context) -> {
                    if (record.offset() < 8) {
                        throw new IllegalStateException("a bug that only these records meet");
                    }
                },
                Map.of("circuit.breaker.window", "4"));
        pipe(piped, 12);

        piped.advance(Duration.ofSeconds(60));

        assertThat(piped.outcomes()).isEqualTo(new SpillwayTestDriver.Outcomes(12, 0, 4, 0, 8));
    }

    @Test
    void what_is_computed_is_computed_in_the_tests_own_thread() {
        List<Thread> threads = new ArrayList<>();
        SpillwayTestDriver piped =
                driver((record, context) -> threads.add(context.cpuBound(Thread::currentThread)), Map.of());
        pipe(piped, 1);
        piped.work();

        assertThat(threads).containsExactly(Thread.currentThread());
    }

    @Test
    void a_processor_is_configured_and_closed() {
        List<String> life = new ArrayList<>();
        Processor processor = new Processor() {
            @Override
            public void configure(Map<String, String> settings) {
                life.add("configured " + settings);
            }

            @Override
            public void process(InputRecord record, ProcessorContext context) {}

            @Override
            public void close() {
                life.add("closed");
            }
        };
        SpillwayTestDriver.of(processor, Map.of("processor.limit", "3")).close();

        assertThat(life).containsExactly("configured {limit=3}", "closed");
    }

    @Test
    void settings_that_cannot_work_are_refused_as_at_the_start_of_a_sidecar() {
        assertThatThrownBy(() -> driver(SpillwayTestDriverTest::forwardAll, Map.of("retry.max.retry", "1")))
                .isInstanceOf(InvalidConfigException.class)
                .hasMessageContaining("retry.max.retries");
    }

    @Test
    void what_cannot_be_done_is_said() {
        SpillwayTestDriver piped = driver(
                (record, context) -> requireNonNull(driver).advance(Duration.ofSeconds(1)),
                Map.of("retry.max.retries", "0"));

        assertThatThrownBy(() -> piped.pipe(new TopicPartition("other", 0), null, null, new RecordHeaders()))
                .hasMessageContaining("other-0 is no input: topics are [input]");
        assertThatThrownBy(() -> piped.sleep(Duration.ofSeconds(1))).hasMessageContaining("advance()");
        assertThatThrownBy(() -> piped.advance(Duration.ofSeconds(-1))).hasMessageContaining("backwards");
        pipe(piped, 1);
        piped.work();
        assertThat(piped.readDeadLetters().get(0).header("spillway.reason"))
                .hasValueSatisfying(reason -> assertThat(reason).contains("it may call sleep()"));
    }
}
