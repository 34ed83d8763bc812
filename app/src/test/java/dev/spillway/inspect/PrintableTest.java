package dev.spillway.inspect;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PrintableTest {
    @ParameterizedTest
    @ValueSource(strings = {"", "key-1", "with space", "Grüße", "日本語", "😀", "a/b.c_d-e"})
    void what_can_be_seen_stays_as_it_is(String text) {
        assertThat(Printable.text(text)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "1b|\\u{1b}", // escape: the beginning of a terminal's commands
                "7|\\u{7}", // bell
                "0|\\u{0}",
                "7f|\\u{7f}",
                "9b|\\u{9b}", // C1: the same as escape and a bracket
                "85|\\u{85}", // C1: next line
                "202e|\\u{202e}", // right-to-left override
                "2066|\\u{2066}", // left-to-right isolate
                "200b|\\u{200b}", // zero width space
                "feff|\\u{feff}",
                "2028|\\u{2028}", // line separator
                "e000|\\u{e000}", // private use
                "d800|\\u{d800}", // half a pair
                "e0041|\\u{e0041}", // tag characters
                "a|\\n",
                "d|\\r",
                "9|\\t",
                "5c|\\\\"
            })
    void what_cannot_be_seen_is_written_out(String codePoint, String escaped) {
        String text = "a" + Character.toString(Integer.parseInt(codePoint, 16)) + "b";
        assertThat(Printable.text(text)).isEqualTo("a" + escaped + "b");
    }

    @Test
    void two_different_texts_never_look_the_same() {
        assertThat(Printable.text("\n")).isNotEqualTo(Printable.text("\\n"));
    }

    @Test
    void a_message_of_ours_keeps_its_backslashes_and_stays_one_line() {
        assertThat(Printable.line("C:\\kafka\nrm -rf\u001b[2J")).isEqualTo("C:\\kafka\\nrm -rf\\u{1b}[2J");
    }

    @Test
    void bytes_that_are_text_are_shown_as_text() {
        assertThat(Printable.bytes("Grüße\n".getBytes(UTF_8))).isEqualTo("Grüße\\n");
    }

    @Test
    void bytes_that_are_no_text_are_shown_in_hexadecimal() {
        assertThat(Printable.bytes(new byte[] {(byte) 0xff, 0, 0x41})).isEqualTo("0xff0041");
        // An overlong form of a slash, and a surrogate in UTF-8, are no text either.
        assertThat(Printable.bytes(new byte[] {(byte) 0xc0, (byte) 0xaf})).isEqualTo("0xc0af");
        assertThat(Printable.bytes(new byte[] {(byte) 0xed, (byte) 0xa0, (byte) 0x80}))
                .isEqualTo("0xeda080");
    }
}
