package dev.spillway.load;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.spillway.flow.CancellationToken;
import dev.spillway.flow.SkippingTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
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

    private LoadReport generate(SlowProducer producer, Schedule schedule) {
        RecordSource source = RecordSource.text(1, 10, 0, 10);
        return new Generator(producer, "orders", schedule, source, time, stop, progress::add).run();
    }

    private static List<String> described(SlowProducer producer, long start) {
        return producer.history().stream()
                .map(record -> (record.timestamp() - start) + " " + text(record.key()) + " " + text(record.value()))
                .toList();
    }

    private static String text(byte[] bytes) {
        return new String(bytes, UTF_8);
    }

    /** Takes its time for every record, as one does whose buffer is full. */
    private final class SlowProducer extends MockProducer<byte[], byte[]> {
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
