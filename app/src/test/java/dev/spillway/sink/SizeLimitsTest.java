package dev.spillway.sink;

import static dev.spillway.sink.Samples.bytes;
import static org.apache.kafka.common.record.internal.AbstractRecords.estimateSizeInBytesUpperBound;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SizeLimitsTest {
    private static ProducerRecord<byte @Nullable [], byte @Nullable []> record(
            byte @Nullable [] key, byte @Nullable [] value, Headers headers) {
        return new ProducerRecord<>("out", null, key, value, headers);
    }

    static Stream<ProducerRecord<byte @Nullable [], byte @Nullable []>> records() {
        return Stream.of(
                record(null, null, new RecordHeaders()),
                record(new byte[0], new byte[0], new RecordHeaders()),
                record(new byte[63], new byte[64], new RecordHeaders()),
                record(new byte[8191], new byte[8192], new RecordHeaders()),
                record(bytes("k"), new byte[1_048_576], new RecordHeaders()),
                record(bytes("k"), bytes("v"), new RecordHeaders().add("größe", new byte[70])),
                record(bytes("k"), bytes("v"), new RecordHeaders().add("none", null)),
                record(bytes("k"), bytes("v"), many(63)),
                record(bytes("k"), bytes("v"), many(64)));
    }

    private static Headers many(int count) {
        RecordHeaders headers = new RecordHeaders();
        for (int i = 0; i < count; i++) {
            headers.add("h" + i, new byte[i]);
        }
        return headers;
    }

    /** What the producer compares with max.request.size. */
    private static int producersEstimate(ProducerRecord<byte @Nullable [], byte @Nullable []> record) {
        return estimateSizeInBytesUpperBound(
                RecordBatch.CURRENT_MAGIC_VALUE,
                CompressionType.NONE,
                record.key(),
                record.value(),
                record.headers().toArray());
    }

    @ParameterizedTest
    @MethodSource("records")
    void the_largest_record_that_the_producer_takes_is_allowed(
            ProducerRecord<byte @Nullable [], byte @Nullable []> record) {
        assertThat(allows(new SizeLimits(producersEstimate(record), Map.of()), record))
                .isTrue();
    }

    @ParameterizedTest
    @MethodSource("records")
    void a_record_that_is_one_byte_larger_is_not(ProducerRecord<byte @Nullable [], byte @Nullable []> record) {
        assertThat(allows(new SizeLimits(producersEstimate(record) - 1, Map.of()), record))
                .isFalse();
    }

    @Test
    void the_limit_of_the_topic_counts_where_it_is_smaller() {
        var record = record(null, new byte[500], new RecordHeaders());
        int size = producersEstimate(record);

        assertThat(allows(new SizeLimits(Samples.MEGABYTE, Map.of("out", size)), record))
                .isTrue();
        assertThat(allows(new SizeLimits(Samples.MEGABYTE, Map.of("out", size - 1)), record))
                .isFalse();
        assertThat(allows(new SizeLimits(Samples.MEGABYTE, Map.of("other", 1)), record))
                .isTrue();
        assertThat(allows(new SizeLimits(size - 1, Map.of("out", Samples.MEGABYTE)), record))
                .isFalse();
    }

    @Test
    void what_is_required_and_not_allowed_is_refused_with_its_size_and_the_limit() {
        var record = record(null, new byte[500], new RecordHeaders());
        int size = producersEstimate(record);

        assertThatThrownBy(() -> new SizeLimits(100, Map.of()).require(record, 100))
                .isInstanceOf(OutputTooLargeException.class)
                .hasMessageContainingAll("has " + size + " bytes", "out takes 100");
    }

    private static boolean allows(SizeLimits limits, ProducerRecord<byte @Nullable [], byte @Nullable []> record) {
        return limits.allow(record, limits.limitOf(record.topic()));
    }
}
