package dev.spillway.inspect;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class LabelTest {
    @Test
    void a_short_key_is_its_own_label() {
        assertThat(Label.key("key-17".getBytes(UTF_8))).isEqualTo("key-17");
    }

    @Test
    void a_missing_key_and_an_empty_one_are_told_apart() {
        assertThat(Label.key(null)).isEqualTo("(no key)");
        assertThat(Label.key(new byte[0])).isEqualTo("(empty key)");
    }

    @Test
    void a_key_of_a_megabyte_has_a_short_label() {
        byte[] key = new byte[1 << 20];
        Arrays.fill(key, (byte) 'x');
        assertThat(Label.key(key)).startsWith("xxxx").contains("1048576 bytes").hasSizeLessThan(80);
        Arrays.fill(key, (byte) 0xff);
        assertThat(Label.key(key)).startsWith("0xffff").hasSizeLessThan(80);
        Arrays.fill(key, (byte) 0x1b);
        assertThat(Label.key(key)).startsWith("\\u{1b}").hasSizeLessThan(80);
    }

    @Test
    void long_keys_that_begin_alike_are_told_apart() {
        assertThat(Label.text("x".repeat(100) + "1")).isNotEqualTo(Label.text("x".repeat(100) + "2"));
    }

    @Test
    void a_long_key_is_not_cut_within_a_character() {
        byte[] key = "a".concat("ü".repeat(300)).getBytes(UTF_8);
        assertThat(Label.key(key)).startsWith("aüüü").doesNotContain("0x");
    }
}
