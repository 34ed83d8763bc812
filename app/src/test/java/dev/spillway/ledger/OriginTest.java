package dev.spillway.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OriginTest {
    @Test
    void it_is_written_as_topic_partition_and_offset() {
        assertThat(new Origin("orders", 3, 42)).hasToString("orders-3@42");
    }

    @Test
    void it_is_read_as_it_was_written() {
        assertThat(Origin.parse("orders-3@42")).contains(new Origin("orders", 3, 42));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a-0@0",
                "with-hyphens-in-it-12@7",
                "with.dots_and_more-0@9223372036854775807",
                "t-2147483647@1",
                "--0@1",
                "7-8-9@10"
            })
    void every_origin_survives_the_way_there_and_back(String text) {
        assertThat(Origin.parse(text))
                .hasValueSatisfying(origin -> assertThat(origin).hasToString(text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "@",
                "-",
                "-@",
                "orders",
                "orders-3",
                "orders@42",
                "-3@42",
                "orders-@42",
                "orders-3@",
                "orders-x@42",
                "orders-3@x",
                "orders-3@-1",
                "orders-3@42 ",
                "orders-4294967295@1",
                "orders-2147483648@1",
                "orders-1@9223372036854775808",
                "orders-1@18446744073709551615",
                "orders-1@99999999999999999999999"
            })
    void what_is_no_origin_is_read_as_none(String text) {
        assertThat(Origin.parse(text)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"orders-+3@42", "orders-3@+42", "orders-03@42", "orders-3@042", "orders-٣@42"})
    void a_number_written_in_another_way_is_none_that_we_wrote(String text) {
        assertThat(Origin.parse(text)).isEmpty();
    }

    @Test
    void it_knows_its_partition() {
        assertThat(new Origin("orders", 3, 42).partitionId()).isEqualTo(new PartitionId("orders", 3));
    }

    @Test
    void a_partition_is_written_as_kafka_writes_it() {
        assertThat(new PartitionId("orders", 3)).hasToString("orders-3");
    }
}
