package dev.spillway.inspect;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.math.BigInteger;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.jspecify.annotations.Nullable;

/** Records as a drop topic, an output topic or somebody else may have them, and a consumer that reads them. */
final class Records {
    static final long WRITTEN = 1_700_000_000_000L;

    private Records() {}

    static ConsumerRecord<byte[], byte[]> tombstone(String topic, int partition, long offset, @Nullable String key) {
        return record(
                topic,
                partition,
                offset,
                key,
                Map.of(
                        "spillway.origin", "orders-1@" + offset,
                        "spillway.outcome", "DROPPED",
                        "spillway.reason", "DROP_OLDEST",
                        "spillway.at", "2026-01-31T12:00:00.123Z"));
    }

    /** A tombstone that stands for several records, given as {@code topic-partition@first..last}. */
    static ConsumerRecord<byte[], byte[]> range(String topic, int partition, long offset, String origins) {
        Matcher numbers = Pattern.compile("(.+)-(\\d+)@(\\d+)\\.\\.(\\d+)").matcher(origins);
        if (!numbers.matches()) {
            throw new IllegalArgumentException(origins);
        }
        BigInteger first = new BigInteger(numbers.group(3));
        BigInteger last = new BigInteger(numbers.group(4));
        String value = String.format(
                "{\"topic\":\"%s\",\"partition\":%s,\"firstOffset\":%s,\"lastOffset\":%s,\"count\":%s}",
                numbers.group(1),
                numbers.group(2),
                first,
                last,
                last.subtract(first).add(BigInteger.ONE));
        return record(
                topic,
                partition,
                offset,
                origins,
                value,
                Map.of(
                        "spillway.origins", origins,
                        "spillway.outcome", "DROPPED",
                        "spillway.reason", "DROP_OLDEST",
                        "spillway.at", "2026-01-31T12:00:00.123Z"));
    }

    static ConsumerRecord<byte[], byte[]> outcomeOf(String origin, String topic, int partition, long offset) {
        return record(topic, partition, offset, null, Map.of("spillway.origin", origin));
    }

    static ConsumerRecord<byte[], byte[]> record(
            String topic, int partition, long offset, @Nullable String key, Map<String, String> headers) {
        return record(topic, partition, offset, key, null, headers);
    }

    @SuppressWarnings("NullAway") // a mock of Kafka's, which has null keys and values without saying so
    private static ConsumerRecord<byte[], byte[]> record(
            String topic,
            int partition,
            long offset,
            @Nullable String key,
            @Nullable String value,
            Map<String, String> headers) {
        Headers all = new RecordHeaders();
        headers.forEach((name, text) -> all.add(name, text.getBytes(UTF_8)));
        return new ConsumerRecord<>(
                topic,
                partition,
                offset,
                WRITTEN,
                TimestampType.CREATE_TIME,
                0,
                0,
                bytes(key),
                bytes(value),
                all,
                Optional.empty());
    }

    private static byte @Nullable [] bytes(@Nullable String text) {
        return text == null ? null : text.getBytes(UTF_8);
    }

    /** Makes a topic known to a consumer. */
    static void topic(MockConsumer<byte[], byte[]> consumer, String topic, int partitions) {
        Node node = new Node(0, "localhost", 9092);
        consumer.updatePartitions(
                topic,
                IntStream.range(0, partitions)
                        .mapToObj(partition ->
                                new PartitionInfo(topic, partition, node, new Node[] {node}, new Node[] {node}))
                        .toList());
    }
}
