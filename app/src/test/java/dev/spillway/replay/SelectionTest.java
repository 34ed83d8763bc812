package dev.spillway.replay;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.spillway.inspect.ReadStart;
import dev.spillway.inspect.TimeWindow;
import dev.spillway.ledger.Origin;
import dev.spillway.ledger.OriginRange;
import dev.spillway.processor.PermanentFailureException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SelectionTest {
    private static final Instant NOON = Instant.parse("2026-01-31T12:00:00Z");

    @ParameterizedTest
    @CsvSource({
        "user-*, user-7, true",
        "user-*, other, false",
        "*7, user-7, true",
        "u?er-7, user-7, true",
        "u?er-7, uuser-7, false",
        "*a*b*, xxaxxbxx, true",
        "*a*b, xxaxxbxx, false",
        "*, '', true",
        "'', x, false"
    })
    void a_pattern_is_for_the_whole_text(String pattern, String text, boolean expected) {
        assertThat(new Glob(pattern).matches(text)).isEqualTo(expected);
    }

    @Test
    void origins_are_a_partition_an_offset_or_several() {
        Origin seventeen = new Origin("my-orders", 3, 17);
        assertThat(OriginRange.parse("my-orders-3").orElseThrow().contains(seventeen))
                .isTrue();
        assertThat(OriginRange.parse("my-orders-3@17").orElseThrow().contains(seventeen))
                .isTrue();
        assertThat(OriginRange.parse("my-orders-3@10..17").orElseThrow().contains(seventeen))
                .isTrue();
        assertThat(OriginRange.parse("my-orders-3@18..20").orElseThrow().contains(seventeen))
                .isFalse();
        assertThat(OriginRange.parse("my-orders-2").orElseThrow().contains(seventeen))
                .isFalse();
        assertThat(OriginRange.parse("orders")).isEmpty();
        assertThat(OriginRange.parse("orders-3@9..8")).isEmpty();
    }

    @Test
    void all_of_a_selection_applies() {
        Candidate candidate = Letter.read(letter("DEAD_LETTERED", "java.net.ConnectException: no", "user-7"))
                .orElseThrow()
                .candidate(0);
        assertThat(selection("*ConnectException*", "user-*").contains(candidate))
                .isTrue();
        assertThat(selection("*Timeout*", "user-*").contains(candidate)).isFalse();
        assertThat(selection(null, "other").contains(candidate)).isFalse();
        TimeWindow later = new TimeWindow(new ReadStart.Since(NOON.plusMillis(1)), Instant.MAX);
        assertThat(selection(null, null).within(later).contains(candidate)).isFalse();
    }

    @Test
    void a_bookmark_is_read_as_it_was_written() {
        TimeWindow window = new TimeWindow(new ReadStart.Since(NOON), NOON.plusSeconds(3));
        Bookmark bookmark = new Bookmark("abc", window);
        assertThat(Bookmark.parse(bookmark.text(0))).contains(bookmark);
        Bookmark fromTheBeginning = new Bookmark("abc", new TimeWindow(new ReadStart.Beginning(), NOON));
        assertThat(Bookmark.parse(fromTheBeginning.text(0))).contains(fromTheBeginning);
        assertThat(Bookmark.parse("")).isEmpty();
        assertThat(Bookmark.parse(bookmark.text(17))).contains(bookmark);
        assertThat(Bookmark.within(bookmark.text(17))).isEqualTo(17);
        assertThat(Bookmark.within(bookmark.text(0))).isZero();
    }

    @Test
    void a_record_that_is_put_back_keeps_its_bytes_and_loses_what_speaks_of_its_former_life() {
        ConsumerRecord<byte[], byte[]> letter = letter("DEAD_LETTERED", "no", "user-7");
        letter.headers().add("trace", "t-1".getBytes(UTF_8));
        ProducerRecord<byte @Nullable [], byte @Nullable []> record =
                ReplayedRecord.of(new Origin("orders", 3, 17), letter, "orders");
        assertThat(record.partition()).isEqualTo(3);
        assertThat(record.timestamp()).isNull();
        assertThat(record.key()).isEqualTo("user-7".getBytes(UTF_8));
        assertThat(record.value()).isEqualTo("value".getBytes(UTF_8));
        assertThat(record.headers()).extracting(Header::key).containsExactly("trace", "spillway.replayed");
        assertThat(header(record, "spillway.replayed")).isEqualTo("orders-3@17");
    }

    @Test
    void a_record_that_is_put_back_again_keeps_the_name_of_its_first_life() {
        ConsumerRecord<byte[], byte[]> letter = letter("DEAD_LETTERED", "no", "user-7");
        letter.headers().add("spillway.replayed", "orders-3@1".getBytes(UTF_8));
        ProducerRecord<byte @Nullable [], byte @Nullable []> record =
                ReplayedRecord.of(new Origin("orders", 3, 17), letter, "elsewhere");
        assertThat(record.partition()).isNull();
        assertThat(header(record, "spillway.replayed")).isEqualTo("orders-3@1");
    }

    @Test
    void a_dead_letter_without_all_of_its_record_does_not_carry_it() {
        ConsumerRecord<byte[], byte[]> letter = letter("DEAD_LETTERED", "no", "user-7");
        assertThat(Letter.read(letter).orElseThrow().candidate(0).carriesItsRecord())
                .isTrue();
        letter.headers().add("spillway.omitted", "headers".getBytes(UTF_8));
        assertThat(Letter.read(letter).orElseThrow().candidate(0).carriesItsRecord())
                .isFalse();
        assertThat(Letter.read(letter("DROPPED", "no", "user-7"))
                        .orElseThrow()
                        .candidate(0)
                        .carriesItsRecord())
                .isFalse();
    }

    @Test
    void a_key_that_stayed_behind_is_not_taken_for_none() {
        ConsumerRecord<byte[], byte[]> letter = new ConsumerRecord<>("letters", 0, 0, null, null);
        letter("DEAD_LETTERED", "too large", "").headers().forEach(letter.headers()::add);
        letter.headers().add("spillway.omitted", "headers, value, key".getBytes(UTF_8));
        Candidate candidate = Letter.read(letter).orElseThrow().candidate(0);

        assertThat(selection(null, "user-*").contains(candidate)).isTrue();
        assertThat(selection(null, "user-*").leavesOpen(candidate)).isTrue();
    }

    @Test
    void what_failed_for_good_is_known_by_its_reason() {
        String reason = new PermanentFailureException("no such product").toString();
        assertThat(Letter.read(letter("DEAD_LETTERED", reason, "k"))
                        .orElseThrow()
                        .candidate(0)
                        .failedForGood())
                .isTrue();
        assertThat(Letter.read(letter("DEAD_LETTERED", "java.io.IOException", "k"))
                        .orElseThrow()
                        .candidate(0)
                        .failedForGood())
                .isFalse();
    }

    private static Selection selection(@Nullable String reason, @Nullable String key) {
        return new Selection(TimeWindow.ALWAYS, glob(reason), glob(key), null, List.of());
    }

    private static @Nullable Glob glob(@Nullable String pattern) {
        return pattern == null ? null : new Glob(pattern);
    }

    private static String header(ProducerRecord<?, ?> record, String name) {
        return Optional.ofNullable(record.headers().lastHeader(name))
                .map(header -> new String(header.value(), UTF_8))
                .orElseThrow();
    }

    private static ConsumerRecord<byte[], byte[]> letter(String outcome, String reason, String key) {
        ConsumerRecord<byte[], byte[]> letter =
                new ConsumerRecord<>("letters", 0, 0, key.getBytes(UTF_8), "value".getBytes(UTF_8));
        letter.headers()
                .add("spillway.origin", "orders-3@17".getBytes(UTF_8))
                .add("spillway.outcome", outcome.getBytes(UTF_8))
                .add("spillway.reason", reason.getBytes(UTF_8))
                .add("spillway.at", NOON.toString().getBytes(UTF_8));
        return letter;
    }
}
