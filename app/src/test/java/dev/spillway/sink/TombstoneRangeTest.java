package dev.spillway.sink;

import static dev.spillway.sink.Samples.bytes;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.spillway.ledger.OriginRange;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TombstoneRangeTest {
    @Test
    void it_says_which_offsets_were_shed() {
        OriginRange range = new OriginRange("orders", 3, 17, 40);
        assertThat(new String(TombstoneRange.json(range), UTF_8))
                .isEqualTo("{\"topic\":\"orders\",\"partition\":3,\"firstOffset\":17,\"lastOffset\":40,\"count\":24}");
        assertThat(TombstoneRange.parse(TombstoneRange.json(range))).contains(range);
    }

    @Test
    void the_one_in_the_readme_is_one() throws IOException {
        String readme = Files.readString(Path.of("..", "README.md"));
        String chapter = readme.substring(readme.indexOf("**One tombstone for many records.**"));
        String json = chapter.substring(chapter.indexOf('{'), chapter.indexOf('}') + 1);
        assertThat(TombstoneRange.parse(bytes(json))).contains(new OriginRange("orders", 3, 17, 40));
    }

    @Test
    void fields_that_are_added_later_do_no_harm() {
        assertThat(
                        TombstoneRange.parse(
                                bytes(
                                        "{\"new\":[1],\"topic\":\"t\",\"partition\":0,\"firstOffset\":5,\"lastOffset\":6,\"count\":2}")))
                .contains(new OriginRange("t", 0, 5, 6));
    }

    @Test
    void the_largest_one_has_an_end() {
        OriginRange largest = new OriginRange("t", 0, 0, TombstoneRange.MOST - 1);
        OriginRange larger = new OriginRange("t", 0, 0, TombstoneRange.MOST);
        assertThat(TombstoneRange.parse(TombstoneRange.json(largest))).contains(largest);
        assertThat(TombstoneRange.parse(TombstoneRange.json(larger))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "null",
                "[]",
                "17",
                "{",
                "{}",
                "{'topic':'t','partition':0,'firstOffset':0,'lastOffset':9223372036854775807,'count':9223372036854775807}",
                "{'topic':'t','partition':0,'firstOffset':0,'lastOffset':9223372036854775807,'count':2}",
                "{'topic':'t','partition':0,'firstOffset':9223372036854775806,'lastOffset':9223372036854775807,'count':2}",
                "{'topic':'t','partition':0,'firstOffset':0,'lastOffset':1,'count':3}",
                "{'topic':'t','partition':0,'firstOffset':7,'lastOffset':6,'count':0}",
                "{'topic':'t','partition':0,'firstOffset':7,'lastOffset':6,'count':2}",
                "{'topic':'t','partition':0,'firstOffset':7,'lastOffset':7,'count':1}",
                "{'topic':'t','partition':0,'firstOffset':-2,'lastOffset':-1,'count':2}",
                "{'topic':'t','partition':-1,'firstOffset':0,'lastOffset':1,'count':2}",
                "{'topic':'t','partition':4294967296,'firstOffset':0,'lastOffset':1,'count':2}",
                "{'topic':'t','partition':0,'firstOffset':0,'lastOffset':1}",
                "{'topic':'t','partition':0,'firstOffset':'0','lastOffset':1,'count':2}",
                "{'topic':'t','partition':0,'firstOffset':0.0,'lastOffset':1,'count':2}",
                "{'topic':'t','partition':0,'firstOffset':0,'lastOffset':18446744073709551617,'count':2}",
                "{'topic':7,'partition':0,'firstOffset':0,'lastOffset':1,'count':2}",
                "{'topic':'t','partition':0,'firstOffset':0,'lastOffset':1,'count':2}}",
                "{'topic':'t','partition':0,'firstOffset':0,'lastOffset':1,'count':2} {}"
            })
    void what_makes_no_sense_is_no_range(String json) {
        assertThat(TombstoneRange.parse(bytes(json.replace('\'', '"')))).isEmpty();
    }

    @Test
    void nothing_long_or_deep_is_even_read() {
        assertThat(TombstoneRange.parse(null)).isEmpty();
        assertThat(TombstoneRange.parse(bytes("[".repeat(1000)))).isEmpty();
        assertThat(TombstoneRange.parse(
                        bytes("{\"topic\":\"t\",\"partition\":0,\"firstOffset\":0,\"lastOffset\":1,\"count\":2}"
                                + " ".repeat(1024))))
                .isEmpty();
    }
}
