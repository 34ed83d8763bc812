package dev.spillway.sink;

import static dev.spillway.sink.Samples.IN;
import static dev.spillway.sink.Samples.bytes;
import static dev.spillway.sink.Samples.header;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spillway.config.TopicsConfig;
import dev.spillway.flow.ManualTime;
import dev.spillway.flow.ShedReason;
import dev.spillway.ledger.Ledger;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OutputFactoryTest {
    private static final String OWN = "spillway.";

    private final ManualTime time = new ManualTime();
    private final Ledger ledger = new Ledger(() -> {});

    private Delivery delivery(long offset, byte @Nullable [] key, byte @Nullable [] value, Headers headers) {
        return delivery(IN, offset, key, value, headers);
    }

    private Delivery delivery(
            TopicPartition partition, long offset, byte @Nullable [] key, byte @Nullable [] value, Headers headers) {
        Publisher publisher = new Publisher(
                Samples.producer(true),
                factory(Samples.MEGABYTE),
                new SpoiledOrigins(),
                Publisher.Settlement.WHEN_SENT,
                new Settlements(new ManualTime()),
                false,
                KafkaErrors::isFatal,
                () -> {});
        return Samples.admitted(Samples.record(partition, offset, key, value, headers), ledger, publisher);
    }

    private Delivery delivery() {
        return delivery(7, bytes("key"), bytes("value"), new RecordHeaders().add("trace", bytes("t-1")));
    }

    private OutputFactory factory(int maxRequestSize) {
        return new OutputFactory(Samples.TOPICS, new SizeLimits(maxRequestSize, Map.of()), time);
    }

    private ProducerRecord<byte @Nullable [], byte @Nullable []> tombstone(Delivery delivery) {
        return factory(Samples.MEGABYTE).tombstone(delivery, ShedReason.DROP_OLDEST, null);
    }

    private ProducerRecord<byte @Nullable [], byte @Nullable []> deadLetter(Delivery delivery, String reason) {
        return factory(Samples.MEGABYTE).deadLetter(delivery, reason, 4, null);
    }

    private ProducerRecord<byte @Nullable [], byte @Nullable []> result(Delivery delivery, @Nullable Headers headers)
            throws OutputTooLargeException {
        return factory(Samples.MEGABYTE)
                .results(delivery, List.of(new Output(bytes("k"), bytes("v"), headers)))
                .get(0);
    }

    private static List<String> names(ProducerRecord<?, ?> record) {
        return Arrays.stream(record.headers().toArray()).map(Header::key).toList();
    }

    @ParameterizedTest
    @CsvSource({"in, 0, 0", "in, 3, 9", "a-b.c, 12, 10", "in, 0, 99", "in, 0, 100", "in, 0, 9223372036854775806"})
    void the_origin_is_topic_partition_and_offset(String topic, int partition, long offset) {
        Delivery delivery =
                delivery(new TopicPartition(topic, partition), offset, bytes("k"), bytes("v"), new RecordHeaders());

        assertThat(header(tombstone(delivery), "spillway.origin"))
                .isEqualTo(topic + "-" + partition + "@" + offset)
                .isEqualTo(delivery.origin().toString());
    }

    @Test
    void a_tombstone_has_the_key_no_value_and_four_headers() {
        time.setCurrentTimeMillis(Instant.parse("2026-02-03T04:05:06.789Z").toEpochMilli());

        var tombstone = tombstone(delivery());

        assertThat(tombstone.topic()).isEqualTo("drops");
        assertThat(tombstone.key()).isEqualTo(bytes("key"));
        assertThat(tombstone.value()).isNull();
        assertThat(names(tombstone))
                .containsExactly("spillway.origin", "spillway.outcome", "spillway.reason", "spillway.at");
        assertThat(header(tombstone, "spillway.outcome")).isEqualTo("DROPPED");
        assertThat(header(tombstone, "spillway.reason")).isEqualTo("DROP_OLDEST");
        assertThat(header(tombstone, "spillway.at")).isEqualTo("2026-02-03T04:05:06.789Z");
    }

    private List<ProducerRecord<byte @Nullable [], byte @Nullable []>> noResults(
            Delivery delivery, @Nullable String processedTopic, int maxRequestSize) throws OutputTooLargeException {
        TopicsConfig topics = new TopicsConfig(List.of("in"), "out", "drops", "dead-letters", processedTopic, false);
        return new OutputFactory(topics, new SizeLimits(maxRequestSize, Map.of()), time).results(delivery, List.of());
    }

    @Test
    void what_was_processed_without_a_result_leaves_a_marker_where_there_is_a_topic_for_it() throws Exception {
        time.setCurrentTimeMillis(Instant.parse("2026-02-03T04:05:06.789Z").toEpochMilli());

        Delivery delivery = delivery();

        assertThat(noResults(delivery, null, Samples.MEGABYTE)).isEmpty();
        var marker = noResults(delivery, "done", Samples.MEGABYTE).get(0);

        assertThat(marker.topic()).isEqualTo("done");
        assertThat(marker.key()).isEqualTo(bytes("key"));
        assertThat(marker.value()).isNull();
        assertThat(names(marker)).containsExactly("spillway.origin", "spillway.outcome", "spillway.at");
        assertThat(header(marker, "spillway.origin")).isEqualTo("in-0@7");
        assertThat(header(marker, "spillway.outcome")).isEqualTo("PROCESSED");
        assertThat(header(marker, "spillway.at")).isEqualTo("2026-02-03T04:05:06.789Z");
    }

    @Test
    void a_marker_whose_key_is_too_large_leaves_it_behind() throws Exception {
        Delivery delivery = delivery(7, new byte[1000], bytes("value"), new RecordHeaders());

        assertThat(noResults(delivery, "done", 500).get(0).key()).isNull();
    }

    @Test
    void a_tombstone_of_a_record_without_a_key_has_none() {
        assertThat(tombstone(delivery(7, null, bytes("value"), new RecordHeaders()))
                        .key())
                .isNull();
    }

    @Test
    void a_dead_letter_has_key_value_and_headers_of_the_record_and_ours() {
        var deadLetter = deadLetter(delivery(), "java.io.IOException: no");

        assertThat(deadLetter.topic()).isEqualTo("dead-letters");
        assertThat(deadLetter.key()).isEqualTo(bytes("key"));
        assertThat(deadLetter.value()).isEqualTo(bytes("value"));
        assertThat(names(deadLetter))
                .containsExactly(
                        "trace",
                        "spillway.origin",
                        "spillway.outcome",
                        "spillway.reason",
                        "spillway.at",
                        "spillway.attempts");
        assertThat(header(deadLetter, "trace")).isEqualTo("t-1");
        assertThat(header(deadLetter, "spillway.outcome")).isEqualTo("DEAD_LETTERED");
        assertThat(header(deadLetter, "spillway.reason")).isEqualTo("java.io.IOException: no");
        assertThat(header(deadLetter, "spillway.attempts")).isEqualTo("4");
        assertThat(Instant.parse(header(deadLetter, "spillway.at")))
                .isEqualTo(Instant.ofEpochMilli(time.currentTimeMillis()));
    }

    @Test
    void a_result_carries_the_headers_of_the_record_and_its_origin() throws OutputTooLargeException {
        var result = result(delivery(), null);

        assertThat(result.topic()).isEqualTo("out");
        assertThat(result.key()).isEqualTo(bytes("k"));
        assertThat(result.value()).isEqualTo(bytes("v"));
        assertThat(result.partition()).isNull();
        assertThat(names(result)).containsExactly("trace", "spillway.origin");
    }

    @Test
    void a_result_carries_the_headers_that_its_processor_chose_instead() throws OutputTooLargeException {
        var result = result(delivery(), new RecordHeaders().add("other", bytes("x")));

        assertThat(names(result)).containsExactly("other", "spillway.origin");
    }

    @Test
    void several_results_are_numbered_from_one() throws OutputTooLargeException {
        Output output = new Output(null, bytes("v"), null);

        var results = factory(Samples.MEGABYTE).results(delivery(), List.of(output, output, output));

        assertThat(results)
                .extracting(result -> header(result, "spillway.part"))
                .containsExactly("1/3", "2/3", "3/3");
    }

    @Test
    void headers_of_ours_on_the_input_stay_behind() throws OutputTooLargeException {
        Delivery replayed = delivery(
                7,
                bytes("key"),
                bytes("value"),
                new RecordHeaders()
                        .add("spillway.origin", bytes("before-0@1"))
                        .add("spillway.reason", bytes("old"))
                        .add("spillway.part", bytes("1/2"))
                        .add("trace", bytes("t-1")));

        assertThat(names(result(replayed, null))).containsExactly("trace", "spillway.origin");
        assertThat(names(result(replayed, replayed.record().headers()))).containsExactly("trace", "spillway.origin");
        assertThat(names(deadLetter(replayed, "new")))
                .doesNotContain("spillway.part")
                .doesNotHaveDuplicates();
        assertThat(header(deadLetter(replayed, "new"), "spillway.origin")).isEqualTo("in-0@7");
    }

    @Test
    void headers_of_the_input_are_not_changed() throws OutputTooLargeException {
        Delivery delivery = delivery();

        result(delivery, null);
        deadLetter(delivery, "no");

        assertThat(delivery.record().headers().toArray()).hasSize(1);
    }

    @Test
    void a_reason_of_one_kibibyte_is_whole() {
        String reason = "x".repeat(1024);

        assertThat(header(deadLetter(delivery(), reason), "spillway.reason")).isEqualTo(reason);
    }

    @ParameterizedTest
    @ValueSource(strings = {"x", "ü", "€", "😀"})
    void a_longer_reason_is_cut_to_one_kibibyte_without_breaking_a_character(String character) {
        int width = bytes(character).length;
        Delivery delivery = delivery();

        for (int lead = 0; lead < 5; lead++) {
            String reason = "a".repeat(lead) + character.repeat(3000);
            String cut = header(deadLetter(delivery, reason), "spillway.reason");

            assertThat(reason).startsWith(cut);
            assertThat(bytes(cut).length).isBetween(1024 - width + 1, 1024);
        }
    }

    @Test
    void a_character_that_would_be_the_last_half_is_left_out() {
        String reason = "a".repeat(1023) + "😀";

        assertThat(header(deadLetter(delivery(), reason), "spillway.reason")).isEqualTo("a".repeat(1023));
    }

    @Test
    void a_result_that_is_too_large_is_refused_with_both_sizes() {
        Output output = new Output(null, new byte[1000], null);

        assertThatThrownBy(() -> factory(1000).results(delivery(), List.of(output)))
                .isInstanceOf(OutputTooLargeException.class)
                .hasMessageContainingAll("out takes 1000", "max.request.size", "max.message.bytes");
    }

    @Test
    void a_dead_letter_leaves_behind_first_its_headers_then_its_value_then_its_key() {
        Delivery large = delivery(7, new byte[1000], new byte[1000], new RecordHeaders().add("large", new byte[1000]));

        var whole = factory(4000).deadLetter(large, "no", 1, null);
        var withoutHeaders = factory(3000).deadLetter(large, "no", 1, null);
        var withoutValue = factory(2000).deadLetter(large, "no", 1, null);
        var withoutKey = factory(1000).deadLetter(large, "no", 1, null);

        assertThat(names(whole)).contains("large");
        assertThat(names(withoutHeaders)).doesNotContain("large");
        assertThat(withoutHeaders.value()).hasSize(1000);
        assertThat(withoutValue.value()).isNull();
        assertThat(withoutValue.key()).hasSize(1000);
        assertThat(withoutKey.key()).isNull();
        assertThat(List.of(withoutHeaders, withoutValue, withoutKey))
                .allSatisfy(letter -> assertThat(names(letter))
                        .hasSize(6)
                        .allSatisfy(name -> assertThat(name).startsWith(OWN)));
    }

    @Test
    void a_dead_letter_says_what_it_left_behind() {
        Delivery large = delivery(7, new byte[1000], new byte[1000], new RecordHeaders().add("large", new byte[1000]));

        assertThat(names(factory(4000).deadLetter(large, "no", 1, null))).doesNotContain("spillway.omitted");
        assertThat(header(factory(3000).deadLetter(large, "no", 1, null), "spillway.omitted"))
                .isEqualTo("headers");
        assertThat(header(factory(2000).deadLetter(large, "no", 1, null), "spillway.omitted"))
                .isEqualTo("headers, value");
        assertThat(header(factory(1000).deadLetter(large, "no", 1, null), "spillway.omitted"))
                .isEqualTo("headers, value, key");
    }

    @Test
    void all_outputs_of_a_record_that_was_put_back_name_its_first_life() throws OutputTooLargeException {
        Delivery replayed = delivery(
                7, bytes("key"), bytes("value"), new RecordHeaders().add("spillway.replayed", bytes("in-0@1")));

        assertThat(header(result(replayed, null), "spillway.replayed")).isEqualTo("in-0@1");
        assertThat(header(deadLetter(replayed, "no"), "spillway.replayed")).isEqualTo("in-0@1");
        assertThat(header(factory(1000).tombstone(replayed, ShedReason.DROP_NEWEST, null), "spillway.replayed"))
                .isEqualTo("in-0@1");
    }

    @Test
    void a_first_life_that_is_longer_than_any_origin_is_not_carried_on() {
        Delivery forged =
                delivery(7, bytes("key"), bytes("value"), new RecordHeaders().add("spillway.replayed", new byte[301]));

        assertThat(names(deadLetter(forged, "no"))).doesNotContain("spillway.replayed");
    }

    @Test
    void a_tombstone_leaves_a_key_behind_that_does_not_fit() {
        Delivery large = delivery(7, new byte[1000], bytes("value"), new RecordHeaders());

        var tombstone = factory(1000).tombstone(large, ShedReason.DROP_NEWEST, null);

        assertThat(tombstone.key()).isNull();
        assertThat(header(tombstone, "spillway.origin")).isEqualTo("in-0@7");
        assertThat(new String(tombstone.headers().lastHeader("spillway.reason").value(), UTF_8))
                .isEqualTo("DROP_NEWEST");
    }

    @Test
    void each_tombstone_has_the_instant_of_its_own_decision_whatever_the_clock_does() {
        OutputFactory factory = factory(Samples.MEGABYTE);
        Delivery shed = delivery();
        for (long millis : new long[] {5000, 5000, 5001, 6000, 4999}) {
            time.setCurrentTimeMillis(millis);

            assertThat(header(factory.tombstone(shed, ShedReason.DROP_OLDEST, null), "spillway.at"))
                    .isEqualTo(Instant.ofEpochMilli(millis).toString());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"drops", "dead-letters", "done"})
    void each_output_has_the_limit_of_its_own_topic(String limited) throws Exception {
        Delivery large = delivery(7, new byte[1000], bytes("value"), new RecordHeaders());
        TopicsConfig topics = new TopicsConfig(List.of("in"), "out", "drops", "dead-letters", "done", false);
        OutputFactory factory = new OutputFactory(topics, new SizeLimits(Samples.MEGABYTE, Map.of(limited, 500)), time);

        var outputs = List.of(
                factory.tombstone(large, ShedReason.DROP_OLDEST, null),
                factory.deadLetter(large, "no", 1, null),
                factory.results(large, List.of()).get(0));

        assertThat(outputs)
                .allSatisfy(output -> assertThat(output.key() == null)
                        .as(output.topic())
                        .isEqualTo(output.topic().equals(limited)));
    }
}
