package dev.spillway.sink;

import static dev.spillway.sink.Samples.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spillway.flow.PassingTime;
import dev.spillway.ledger.Ledger;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PieceTest {
    private static final long TIMESTAMP = 1_700_000_000_123L;
    private static final int MOST = 3;
    private static final Output OUTPUT = new Output(bytes("k"), bytes("val"), null);

    private final PassingTime time = new PassingTime();
    private final Ledger ledger = new Ledger(() -> {});
    private final MockProducer<byte @Nullable [], byte @Nullable []> producer = Samples.producer(true);
    private final Publisher publisher = new Publisher(
            producer,
            Samples.outputs(time),
            new SpoiledOrigins(),
            Publisher.Settlement.WHEN_SENT,
            new Settlements(time),
            false,
            KafkaErrors::isFatal,
            () -> {});
    private final Delivery input = Samples.admitted(
            new ConsumerRecord<>(
                    "in",
                    0,
                    17,
                    TIMESTAMP,
                    TimestampType.CREATE_TIME,
                    3,
                    5,
                    bytes("key"),
                    bytes("value"),
                    new RecordHeaders(),
                    Optional.empty()),
            ledger,
            publisher);

    @Test
    void a_piece_has_the_origin_and_the_timestamp_of_its_input_record() throws OutputTooLargeException {
        Piece piece = Piece.split(input, List.of(OUTPUT), MOST).get(0);

        assertThat(piece.origin()).hasToString("in-0@17");
        assertThat(piece.record().timestamp()).isEqualTo(TIMESTAMP);
        assertThat(piece.size()).isEqualTo(4);
    }

    @Test
    void as_many_pieces_as_there_may_be_are_not_too_many() throws OutputTooLargeException {
        assertThat(Piece.split(input, Collections.nCopies(MOST, OUTPUT), MOST)).hasSize(MOST);

        assertThatThrownBy(() -> Piece.split(input, Collections.nCopies(MOST + 1, OUTPUT), MOST))
                .isInstanceOf(OutputTooLargeException.class)
                .hasMessage("more than 3 results for one record");
    }

    @Test
    void the_results_of_all_pieces_together_have_so_many_bytes_at_most() throws OutputTooLargeException {
        List<Piece> pieces = Piece.split(input, List.of(OUTPUT, OUTPUT), MOST);
        pieces.get(0).pass(List.of(OUTPUT), MOST, 8);

        assertThatThrownBy(() -> pieces.get(1).pass(List.of(OUTPUT), MOST, 7))
                .isInstanceOf(OutputTooLargeException.class)
                .hasMessage("more than 7 bytes of results for one record");
        assertThat(producer.history()).isEmpty();
    }

    @Test
    void results_that_have_as_many_bytes_as_they_may_have_are_published() throws OutputTooLargeException {
        List<Piece> pieces = Piece.split(input, List.of(OUTPUT, OUTPUT), MOST);
        pieces.get(0).pass(List.of(OUTPUT), MOST, 8);

        pieces.get(1).pass(List.of(OUTPUT), MOST, 8);

        assertThat(producer.history()).hasSize(2);
    }
}
