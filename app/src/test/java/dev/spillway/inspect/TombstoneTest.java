package dev.spillway.inspect;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;

class TombstoneTest {
    @Test
    void it_tells_when_and_why_which_record_was_shed() {
        assertThat(Tombstone.read(Records.tombstone("drops", 2, 7, "key-1"))).hasValueSatisfying(tombstone -> {
            assertThat(tombstone.text()).isEqualTo("2026-01-31T12:00:00.123Z  DROP_OLDEST   orders-1@7  key-1");
            assertThat(tombstone.json())
                    .isEqualTo(
                            "{\"type\":\"tombstone\",\"at\":\"2026-01-31T12:00:00.123Z\",\"reason\":\"DROP_OLDEST\","
                                    + "\"stage\":null,\"key\":\"key-1\",\"origin\":\"orders-1@7\",\"partition\":2,\"offset\":7}");
        });
    }

    @Test
    void of_several_records_it_tells_how_many_and_that_it_does_not_know_their_keys() {
        assertThat(Tombstone.read(Records.range("drops", 2, 7, "orders-1@17..40")))
                .hasValueSatisfying(tombstone -> {
                    assertThat(tombstone.records()).isEqualTo(24);
                    assertThat(tombstone.text())
                            .isEqualTo(
                                    "2026-01-31T12:00:00.123Z  DROP_OLDEST   orders-1@17..40  24 records, keys unknown");
                    assertThat(tombstone.json())
                            .isEqualTo(
                                    "{\"type\":\"range\",\"at\":\"2026-01-31T12:00:00.123Z\",\"reason\":\"DROP_OLDEST\","
                                            + "\"stage\":null,\"key\":null,\"origins\":\"orders-1@17..40\",\"records\":24,\"partition\":2,"
                                            + "\"offset\":7}");
                    assertThat(tombstone.csv())
                            .isEqualTo("2026-01-31T12:00:00.123Z,,DROP_OLDEST,(unknown key),orders-1@17..40,2,7,24");
                });
    }

    @Test
    void a_range_that_contradicts_itself_is_no_tombstone() {
        ConsumerRecord<byte[], byte[]> longer = Records.range("drops", 2, 7, "orders-1@17..40");
        longer.headers().remove("spillway.origins").add("spillway.origins", "orders-1@17..41".getBytes(UTF_8));
        assertThat(Tombstone.read(longer)).isEmpty();

        ConsumerRecord<byte[], byte[]> deadLetter = Records.range("drops", 2, 7, "orders-1@17..40");
        deadLetter.headers().remove("spillway.outcome").add("spillway.outcome", "DEAD_LETTERED".getBytes(UTF_8));
        assertThat(Tombstone.read(deadLetter)).isEmpty();

        assertThat(Tombstone.read(with("spillway.origins", "orders-1@17..40"))).isEmpty();
        assertThat(Tombstone.read(Records.range("drops", 2, 7, "orders-1@0..9223372036854775807")))
                .isEmpty();
    }

    @Test
    void it_tells_the_stage_where_there_are_several() {
        Tombstone tombstone = Tombstone.read(with("spillway.stage", "enrich")).orElseThrow();
        assertThat(tombstone.text()).contains("  enrich  DROP_OLDEST");
        assertThat(tombstone.json()).contains("\"stage\":\"enrich\"");
    }

    @Test
    void a_key_that_a_spreadsheet_would_calculate_is_only_text_there() {
        Tombstone tombstone =
                Tombstone.read(Records.tombstone("drops", 2, 7, "=1+1,\"x\"")).orElseThrow();
        assertThat(tombstone.csv())
                .isEqualTo("2026-01-31T12:00:00.123Z,,DROP_OLDEST,\"'=1+1,\"\"x\"\"\",orders-1@7,2,7,1");
    }

    @Test
    void a_record_without_our_headers_is_no_tombstone() {
        assertThat(Tombstone.read(Records.record("drops", 0, 0, "key", Map.of())))
                .isEmpty();
    }

    @Test
    void a_dead_letter_is_no_tombstone() {
        assertThat(Tombstone.read(with("spillway.outcome", "DEAD_LETTERED"))).isEmpty();
    }

    @Test
    void headers_that_make_no_sense_do_not_hurt() {
        assertThat(Tombstone.read(with("spillway.origin", "nonsense"))
                        .orElseThrow()
                        .originPartition())
                .isEqualTo("(no origin)");
        assertThat(Tombstone.read(with("spillway.at", "yesterday"))
                        .orElseThrow()
                        .at())
                .isEqualTo(Instant.ofEpochMilli(Records.WRITTEN));
        assertThat(Tombstone.read(with("spillway.at", "+999999999-12-31T23:59:59Z"))
                        .orElseThrow()
                        .at())
                .isEqualTo(Instant.ofEpochMilli(Records.WRITTEN));
        assertThat(Tombstone.read(with("spillway.reason", "x".repeat(5000)))
                        .orElseThrow()
                        .reason())
                .isEqualTo("(no reason)");
    }

    @Test
    void a_header_without_a_value_does_not_hurt() {
        ConsumerRecord<byte[], byte[]> record = with("spillway.outcome", "DROPPED");
        record.headers().remove("spillway.reason").add("spillway.reason", null);
        assertThat(Tombstone.read(record).orElseThrow().reason()).isEqualTo("(no reason)");
    }

    @Test
    void nothing_from_a_record_reaches_the_terminal_as_a_command() {
        Map<String, String> hostile = new HashMap<>();
        hostile.put("spillway.outcome", "DROPPED");
        hostile.put("spillway.reason", "\u001b[2J");
        hostile.put("spillway.origin", "\u009b31m\u202e-0@1");
        Tombstone tombstone = Tombstone.read(Records.record("drops", 0, 0, "\u001b]0;x\u0007", hostile))
                .orElseThrow();
        assertThat(tombstone.text() + tombstone.json()).matches("[\\x20-\\x7e]*");
    }

    private static ConsumerRecord<byte[], byte[]> with(String header, String value) {
        ConsumerRecord<byte[], byte[]> record = Records.tombstone("drops", 0, 0, "key");
        record.headers().remove(header).add(header, value.getBytes(UTF_8));
        return record;
    }
}
