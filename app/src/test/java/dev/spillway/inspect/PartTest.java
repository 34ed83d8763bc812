package dev.spillway.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PartTest {
    @Test
    void it_is_read_as_index_and_count() {
        assertThat(Part.parse("2/3")).contains(new Part(2, 3));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "1", "/", "1/", "/2", "0/2", "3/2", "-1/2", "a/b", "1/99999999", "1/2/3"})
    void what_is_no_part_is_not_read_as_one(String text) {
        assertThat(Part.parse(text)).isEmpty();
    }
}
