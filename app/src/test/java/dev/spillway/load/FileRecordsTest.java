package dev.spillway.load;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spillway.config.InvalidConfigException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.LongStream;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FileRecordsTest {
    @TempDir
    Path directory;

    @Test
    void a_line_is_a_record_and_after_the_last_comes_the_first_again() throws IOException {
        RecordSource source = source("{\"key\": \"a\", \"value\": 1}\n\n{\"key\": \"b\", \"value\": 2}\n");
        assertThat(LongStream.range(0, 5).mapToObj(record -> text(source.key(record)) + text(source.value(record))))
                .containsExactly("a1", "b2", "a1", "b2", "a1");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"b\" : 1,\"a\":[1.50, 2e3]}",
                "1.0E5",
                "12345678901234567890",
                "\"text, with \\\"quotes\\\" and é\"",
                "true",
                "null",
                "[]"
            })
    void a_value_is_sent_character_by_character(String json) throws IOException {
        assertThat(text(source("{\"value\": " + json + " , \"key\": \"k\"}").value(0)))
                .isEqualTo(json);
        assertThat(text(source("{\"key\": \"é\", \"value\":" + json + "}").value(0)))
                .isEqualTo(json);
    }

    @Test
    void what_a_line_leaves_out_the_record_does_not_have() throws IOException {
        RecordSource source = source("{}");
        assertThat(source.key(0)).isNull();
        assertThat(source.value(0)).isNull();
        assertThat(source.headers(0)).isEmpty();
    }

    @Test
    void bytes_come_as_base64_and_headers_as_texts() throws IOException {
        RecordSource source = source(
                "{\"keyBase64\": \"/w==\", \"valueBase64\": \"AAE=\", \"headers\": {\"one\": \"1\", \"two\": \"zwei\"}}");
        assertThat(source.key(0)).containsExactly(0xff);
        assertThat(source.value(0)).containsExactly(0, 1);
        assertThat(source.headers(0)).extracting(Header::key).containsExactly("one", "two");
        assertThat(text(source.headers(0).get(1).value())).isEqualTo("zwei");
    }

    @Test
    void headers_for_all_records_come_after_their_own() throws IOException {
        RecordSource source = source("{\"headers\": {\"own\": \"1\"}}\n{}").withHeaders(Map.of("all", "2"));
        assertThat(source.headers(0)).extracting(Header::key).containsExactly("own", "all");
        assertThat(source.headers(1)).extracting(Header::key).containsExactly("all");
    }

    @Test
    void poison_makes_the_asked_share_of_the_values_malformed() throws IOException {
        RecordSource source = FileRecords.read(file("{\"value\": {\"good\": 1}}"), 1, 25);
        long malformed = LongStream.range(0, 10_000)
                .filter(record -> !text(source.value(record)).equals("{\"good\": 1}"))
                .count();
        assertThat(malformed).isBetween(2300L, 2700L);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"value\": tru}             | JSON is broken",
                "{\"value\": 1                | JSON is broken",
                "[1]                          | not a JSON object",
                "hello                        | JSON is broken",
                "{\"valu\": 1}                | 'valu' is no part",
                "{\"key\": 7}                 | 'key' is not a text",
                "{\"valueBase64\": \"*\"}     | 'valueBase64' is not Base64",
                "{\"headers\": []}            | 'headers' is not an object",
                "{\"headers\": {\"a\": 1}}    | 'a' is not a text",
                "{\"value\": 1} {\"value\":2} | one object in each line"
            })
    void a_line_that_is_no_record_is_named_with_what_is_wrong(String line, String problem) {
        assertThatThrownBy(() -> source("{}\n" + line))
                .isInstanceOf(InvalidConfigException.class)
                .hasMessageContaining("line 2 of ")
                .hasMessageContaining(problem)
                .message()
                .satisfies(message -> assertThat(message.lines()).hasSize(1));
    }

    @Test
    void a_file_that_is_not_there_or_not_text_or_empty_is_refused() throws IOException {
        assertThatThrownBy(() -> FileRecords.read(directory.resolve("absent"), 1, 0))
                .hasMessageContaining("does not exist");
        Path binary = Files.write(directory.resolve("binary"), new byte[] {(byte) 0xff, (byte) 0xfe});
        assertThatThrownBy(() -> FileRecords.read(binary, 1, 0)).hasMessageContaining("UTF-8");
        assertThatThrownBy(() -> source(" \n")).hasMessageContaining("holds no record");
    }

    private RecordSource source(String lines) throws IOException {
        return FileRecords.read(file(lines), 1, 0);
    }

    private Path file(String lines) throws IOException {
        return Files.writeString(directory.resolve("records.jsonl"), lines);
    }

    private static String text(byte @Nullable [] bytes) {
        return bytes == null ? "(null)" : new String(bytes, UTF_8);
    }
}
