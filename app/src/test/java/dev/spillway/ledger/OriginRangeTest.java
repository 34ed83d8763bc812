package dev.spillway.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OriginRangeTest {
    @ParameterizedTest
    @ValueSource(strings = {"orders-3@17..40", "my-orders-0@0..1", "orders-3@17"})
    void its_text_is_read_as_it_was_written(String text) {
        assertThat(OriginRange.parse(text))
                .hasValueSatisfying(range -> assertThat(range.text()).isEqualTo(text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"orders", "orders-3@9..8", "orders-3@", "orders-3@1..", "orders-3@1...2", "orders-3@-1..2"})
    void what_names_no_offsets_is_none(String text) {
        assertThat(OriginRange.parse(text)).isEmpty();
    }

    @Test
    void it_has_every_offset_from_the_first_to_the_last() {
        OriginRange range = OriginRange.parse("orders-3@17..19").orElseThrow();
        assertThat(range.count()).isEqualTo(3);
        assertThat(range.get(0)).isEqualTo(new Origin("orders", 3, 17));
        assertThat(range.get(2)).isEqualTo(new Origin("orders", 3, 19));
    }
}
