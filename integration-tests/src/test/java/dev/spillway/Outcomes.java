package dev.spillway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.toSet;

import dev.spillway.config.TopicsConfig;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;

/**
 * An application's input and what became of it, as a reader of committed records sees it. Reads headers by the names that the
 * design promises, with no help from the product.
 *
 * @param inputEnds where each input partition ends that has any record; transactions' markers may stand behind the last one
 */
public record Outcomes(
        List<ConsumerRecord<byte[], byte[]>> input,
        Map<TopicPartition, Long> inputEnds,
        List<ConsumerRecord<byte[], byte[]>> processed,
        List<ConsumerRecord<byte[], byte[]>> dropped,
        List<ConsumerRecord<byte[], byte[]>> deadLettered) {
    private static final Pattern RANGE = Pattern.compile("(.+-\\d+)@(\\d+)\\.\\.(\\d+)");

    static Outcomes read(TopicsConfig topics, ClusterClient client) {
        List<ConsumerRecord<byte[], byte[]>> input = topics.inputs().stream()
                .flatMap(topic -> client.readCommitted(topic).stream())
                .toList();
        return new Outcomes(
                input,
                client.ends(input.stream()
                        .map(record -> new TopicPartition(record.topic(), record.partition()))
                        .collect(toSet())),
                client.readCommitted(topics.output()),
                client.readCommitted(topics.drop()),
                client.readCommitted(topics.deadLetter()));
    }

    /** The origins that the input's records should be found under. */
    public List<String> inputOrigins() {
        return input.stream().map(Outcomes::originOf).toList();
    }

    /** The origin of each outcome; of results that are several, that of the first. */
    public List<String> origins() {
        return Stream.of(processed, dropped, deadLettered)
                .flatMap(List::stream)
                .filter(Outcomes::isWholeOrFirst)
                .flatMap(record -> originsIn(record).stream())
                .toList();
    }

    /** What was shed: more than the tombstones where some stand for several records. */
    public List<String> droppedOrigins() {
        return dropped.stream().flatMap(record -> originsIn(record).stream()).toList();
    }

    /** Those that an outcome names: one, or of a tombstone all from the first to the last. */
    public static List<String> originsIn(ConsumerRecord<?, ?> record) {
        if (record.headers().lastHeader("spillway.origins") == null) {
            return List.of(header(record, "spillway.origin"));
        }
        Matcher range = RANGE.matcher(header(record, "spillway.origins"));
        if (!range.matches()) {
            throw new AssertionError(originOf(record) + " has " + record.headers());
        }
        return LongStream.rangeClosed(Long.parseLong(range.group(2)), Long.parseLong(range.group(3)))
                .mapToObj(offset -> range.group(1) + "@" + offset)
                .toList();
    }

    /** How an outcome names an input record. */
    public static String originOf(ConsumerRecord<?, ?> record) {
        return record.topic() + "-" + record.partition() + "@" + record.offset();
    }

    /** The text of a header that a record has to have, once. */
    public static String header(ConsumerRecord<?, ?> record, String name) {
        List<String> found = Stream.of(record.headers().toArray())
                .filter(header -> header.key().equals(name))
                .map(Outcomes::text)
                .toList();
        if (found.size() != 1) {
            throw new AssertionError(
                    originOf(record) + " has the header " + name + " " + found.size() + " times: " + record.headers());
        }
        return found.get(0);
    }

    /** The names of a record's headers, in order. */
    public static List<String> headerNames(ConsumerRecord<?, ?> record) {
        return Stream.of(record.headers().toArray()).map(Header::key).toList();
    }

    /** A key or value as text. */
    public static String text(byte[] bytes) {
        return new String(bytes, UTF_8);
    }

    private static String text(Header header) {
        return text(Objects.requireNonNull(header.value(), header.key()));
    }

    private static boolean isWholeOrFirst(ConsumerRecord<?, ?> record) {
        Header part = record.headers().lastHeader("spillway.part");
        return part == null || text(part).startsWith("1/");
    }
}
