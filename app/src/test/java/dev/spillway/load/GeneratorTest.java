package dev.spillway.load;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spillway.flow.CancellationToken;
import dev.spillway.flow.SkippingTime;
import dev.spillway.flow.Time;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class GeneratorTest {
    private static final Duration SECOND = Duration.ofSeconds(1);

    private final SkippingTime time = new SkippingTime();
    private final CancellationToken stop = CancellationToken.root();
    private final List<LoadReport> progress = new ArrayList<>();

    @Test
    void records_are_handed_over_when_they_are_due() {
        SlowProducer producer = new SlowProducer(Duration.ZERO);
        LoadReport report = generate(producer, Schedule.paced(10, null, Limit.records(5)));
        long start = producer.history().get(0).timestamp();
        assertThat(producer.history())
                .extracting(record -> record.timestamp() - start)
                .containsExactly(0L, 100L, 200L, 300L, 400L);
        assertThat(report.acknowledged()).isEqualTo(5);
        assertThat(report.late()).isZero();
        assertThat(report.latest()).isZero();
        assertThat(report.elapsed()).isEqualTo(Duration.ofMillis(400));
    }

    @Test
    void a_slow_cluster_makes_records_late_not_fewer() {
        SlowProducer producer = new SlowProducer(Duration.ofMillis(250));
        LoadReport report = generate(producer, Schedule.paced(10, null, Limit.time(SECOND)));
        assertThat(report.handedOver()).isEqualTo(10);
        assertThat(report.late()).isEqualTo(10);
        // The tenth is due at 900 ms and taken at 2500 ms.
        assertThat(report.latest()).isEqualTo(Duration.ofMillis(1600));
    }

    @Test
    void a_slow_cluster_gets_the_same_records_with_the_times_at_which_they_were_due() {
        SlowProducer slow = new SlowProducer(Duration.ofMillis(250));
        long slowStart = time.currentTimeMillis();
        generate(slow, Schedule.paced(10, null, Limit.time(SECOND)));
        SlowProducer fast = new SlowProducer(Duration.ZERO);
        long fastStart = time.currentTimeMillis();
        generate(fast, Schedule.paced(10, null, Limit.time(SECOND)));
        assertThat(described(slow, slowStart)).isEqualTo(described(fast, fastStart));
    }

    @Test
    void without_a_rate_nothing_is_late() {
        LoadReport report =
                generate(new SlowProducer(Duration.ofMillis(250)), Schedule.asFastAsPossible(Limit.records(10)));
        assertThat(report.handedOver()).isEqualTo(10);
        assertThat(report.late()).isZero();
    }

    @Test
    void without_a_rate_a_duration_ends_the_load_when_it_has_passed() {
        LoadReport report =
                generate(new SlowProducer(Duration.ofMillis(250)), Schedule.asFastAsPossible(Limit.time(SECOND)));
        assertThat(report.handedOver()).isEqualTo(4);
    }

    @Test
    void records_that_fail_are_counted_and_the_first_reason_is_kept() {
        SlowProducer producer = new SlowProducer(Duration.ZERO);
        producer.refusal = new RecordTooLargeException("too large");
        LoadReport report = generate(producer, Schedule.asFastAsPossible(Limit.records(3)));
        assertThat(report.failed()).isEqualTo(3);
        assertThat(report.acknowledged()).isZero();
        assertThat(report.failure()).contains(producer.refusal);
    }

    @Test
    void a_stop_ends_the_load_and_what_was_sent_is_counted() {
        SlowProducer producer = new SlowProducer(Duration.ZERO);
        producer.beforeSend = () -> {
            if (producer.history().size() == 3) {
                stop.cancel("enough");
            }
        };
        LoadReport report = generate(producer, Schedule.paced(10, null, Limit.time(Duration.ofHours(1))));
        assertThat(report.handedOver()).isEqualTo(4);
        assertThat(report.acknowledged()).isEqualTo(4);
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }

    @Test
    void a_stop_reaches_a_producer_that_blocks_and_its_record_does_not_count() {
        SlowProducer producer = new SlowProducer(Duration.ZERO);
        producer.beforeSend = () -> {
            stop.cancel("enough");
            throw new InterruptException(new InterruptedException());
        };
        assertThat(generate(producer, Schedule.asFastAsPossible(Limit.records(3)))
                        .handedOver())
                .isZero();
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }

    @Test
    void the_producer_is_closed_in_time_after_a_stop_and_with_all_the_time_otherwise() {
        SlowProducer finished = new SlowProducer(Duration.ZERO);
        generate(finished, Schedule.asFastAsPossible(Limit.records(1)));
        assertThat(finished.closedWithin).isGreaterThan(Duration.ofDays(1));
        SlowProducer stopped = new SlowProducer(Duration.ZERO);
        stop.cancel("enough");
        generate(stopped, Schedule.asFastAsPossible(Limit.records(1)));
        assertThat(stopped.closedWithin).isEqualTo(Generator.GRACE);
    }

    @Test
    void progress_is_told_also_while_nothing_is_due() {
        generate(new SlowProducer(Duration.ZERO), Schedule.paced(1, null, Limit.records(2)));
        assertThat(progress).hasSize(5);
        assertThat(progress).extracting(LoadReport::handedOver).containsOnly(1L);
    }

    // ---- rates and latencies

    @Test
    void a_cluster_that_keeps_up_achieves_what_is_offered() {
        LoadReport report = generate(new SlowProducer(Duration.ZERO), Schedule.paced(10, null, Limit.records(5)));
        assertThat(report.offeredPerSecond()).isEqualTo(10);
        assertThat(report.achievedPerSecond()).isEqualTo(10);
    }

    @Test
    void a_cluster_that_does_not_keep_up_achieves_what_it_acknowledged_until_the_last() {
        LoadReport report =
                generate(new SlowProducer(Duration.ofMillis(250)), Schedule.paced(10, null, Limit.time(SECOND)));
        assertThat(report.offeredPerSecond()).isEqualTo(10);
        assertThat(report.achievedPerSecond()).isEqualTo(4);
    }

    @Test
    void a_load_that_is_stopped_offered_what_had_fallen_due_by_then() {
        SlowProducer producer = new SlowProducer(Duration.ofMillis(250));
        producer.beforeSend = () -> {
            if (producer.history().size() == 3) {
                stop.cancel("enough");
            }
        };
        LoadReport report = generate(producer, Schedule.paced(10, null, Limit.time(Duration.ofHours(1))));
        assertThat(report.handedOver()).isEqualTo(4);
        assertThat(report.offer().records()).isEqualTo(10);
        assertThat(report.offeredPerSecond()).isEqualTo(10);
        assertThat(report.achievedPerSecond()).isEqualTo(4);
    }

    /** One pause of two seconds is felt by the twenty records that fell due in it, not by one. */
    @Test
    void a_cluster_that_stands_still_shows_in_every_record_that_it_kept_waiting() {
        SlowProducer producer = new SlowProducer(Duration.ZERO);
        producer.beforeSend = () -> {
            if (producer.history().size() == 50) {
                time.advance(Duration.ofSeconds(2));
            }
        };
        Latencies latencies = generate(producer, Schedule.paced(10, null, Limit.records(100)))
                .answers()
                .latencies();
        assertThat(latencies.p50()).isZero();
        assertThat(latencies.p90()).isBetween(Duration.ofMillis(900), Duration.ofMillis(1200));
        assertThat(latencies.p99()).isBetween(Duration.ofMillis(1890), Duration.ofMillis(2001));
        assertThat(latencies.max()).isBetween(Duration.ofMillis(1999), Duration.ofMillis(2001));
    }

    @Test
    void without_a_rate_latency_counts_from_the_sending() {
        Latencies latencies = generate(
                        new SlowProducer(Duration.ofMillis(250)), Schedule.asFastAsPossible(Limit.records(10)))
                .answers()
                .latencies();
        assertThat(latencies.p50()).isCloseTo(Duration.ofMillis(250), Duration.ofMillis(1));
        assertThat(latencies.max()).isCloseTo(Duration.ofMillis(250), Duration.ofMillis(1));
    }

    @Test
    void latency_ends_with_the_acknowledgement_and_not_with_the_sending() {
        LateProducer producer = new LateProducer();
        Latencies latencies = generate(producer, Schedule.paced(10, null, Limit.records(3)))
                .answers()
                .latencies();
        // All are acknowledged at 5 s; they were due at 0, 100 and 200 ms.
        assertThat(latencies.max()).isCloseTo(Duration.ofMillis(5000), Duration.ofMillis(5));
        assertThat(latencies.p50()).isCloseTo(Duration.ofMillis(4900), Duration.ofMillis(5));
    }

    // ---- several threads

    @Test
    void several_threads_send_the_same_records_at_the_same_times_as_one() {
        assertThat(sentBy(4)).hasSize(2000).containsExactlyInAnyOrderElementsOf(sentBy(1));
    }

    private List<String> sentBy(int threads) {
        SlowProducer producer = new SlowProducer(Duration.ZERO);
        Schedule schedule = Schedule.paced(new RatePattern.Ramp(0, 1e9, SECOND), null, Limit.records(2000));
        RecordSource source = RecordSource.text(7, 100, 1.1, SizeChoice.exponential(20));
        Load load = new Load("orders", schedule, source, threads);
        LoadReport report =
                new Generator(producer, load, threads == 1 ? time : Time.system(), stop, progress::add).run();
        assertThat(report.handedOver()).isEqualTo(2000);
        assertThat(report.acknowledged()).isEqualTo(2000);
        return producer.history().stream()
                .map(record -> text(record.key()) + " " + text(record.value()))
                .toList();
    }

    @Test
    void a_thread_that_cannot_go_on_ends_the_others_and_its_reason_is_thrown() {
        SlowProducer producer = new SlowProducer(Duration.ZERO);
        producer.beforeSend = () -> {
            if (producer.history().size() == 100) {
                throw new AuthorizationException("not yours");
            }
        };
        Load load = new Load(
                "orders",
                Schedule.asFastAsPossible(Limit.time(Duration.ofHours(1))),
                RecordSource.text(1, 10, 0, 10),
                4);
        assertThatThrownBy(() -> new Generator(producer, load, Time.system(), stop, progress::add).run())
                .isInstanceOf(AuthorizationException.class)
                .hasMessage("not yours");
        assertThat(producer.closed()).isTrue();
        assertThat(Thread.getAllStackTraces().keySet())
                .extracting(Thread::getName)
                .noneMatch(name -> name.startsWith("load-"));
    }

    @Test
    void records_carry_their_headers() {
        SlowProducer producer = new SlowProducer(Duration.ZERO);
        Load load = new Load(
                "orders",
                Schedule.asFastAsPossible(Limit.records(1)),
                RecordSource.text(1, 10, 0, 10).withHeaders(Map.of("source", "test")),
                1);
        new Generator(producer, load, time, stop, progress::add).run();
        assertThat(text(producer.history().get(0).headers().lastHeader("source").value()))
                .isEqualTo("test");
    }

    private LoadReport generate(SlowProducer producer, Schedule schedule) {
        RecordSource source = RecordSource.text(1, 10, 0, 10);
        return new Generator(producer, new Load("orders", schedule, source, 1), time, stop, progress::add).run();
    }

    private static List<String> described(SlowProducer producer, long start) {
        return producer.history().stream()
                .map(record -> (record.timestamp() - start) + " " + text(record.key()) + " " + text(record.value()))
                .toList();
    }

    private static String text(byte[] bytes) {
        return new String(bytes, UTF_8);
    }

    /** Acknowledges nothing until it is closed, five seconds after the start. */
    private final class LateProducer extends SlowProducer {
        private final List<Callback> waiting = new ArrayList<>();

        private LateProducer() {
            super(Duration.ZERO);
        }

        @Override
        public synchronized Future<RecordMetadata> send(ProducerRecord<byte[], byte[]> record, Callback callback) {
            waiting.add(callback);
            return new CompletableFuture<>();
        }

        @Override
        public void close(Duration timeout) {
            time.advance(Duration.ofSeconds(5).minusNanos(time.nanoTime()));
            waiting.forEach(callback -> callback.onCompletion(null, null));
            super.close(timeout);
        }
    }

    /** Takes its time for every record, as one does whose buffer is full. */
    private class SlowProducer extends MockProducer<byte[], byte[]> {
        private final Duration pause;
        private Runnable beforeSend = () -> {};
        private @Nullable RecordTooLargeException refusal;
        private Duration closedWithin = Duration.ZERO;

        private SlowProducer(Duration pause) {
            super(true, null, new ByteArraySerializer(), new ByteArraySerializer());
            this.pause = pause;
        }

        @Override
        public synchronized Future<RecordMetadata> send(ProducerRecord<byte[], byte[]> record, Callback callback) {
            beforeSend.run();
            time.advance(pause);
            if (refusal != null) {
                callback.onCompletion(null, refusal);
                return CompletableFuture.failedFuture(refusal);
            }
            return super.send(record, callback);
        }

        @Override
        public void close(Duration timeout) {
            closedWithin = timeout;
            super.close(timeout);
        }
    }
}
