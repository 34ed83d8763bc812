package dev.spillway.sink;

import dev.spillway.config.Ordering;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.jspecify.annotations.Nullable;

/**
 * What one stage forwarded, on its way through the next one: a delivery with a key, a value and headers of its own, that belongs to an
 * input record. It is queued, tried and parked by itself; outcomes are the input record's.
 */
public final class Piece extends Delivery {
    private final Passage passage;
    private final Passage.Part part;

    private Piece(Passage passage, Passage.Part part, ConsumerRecord<byte @Nullable [], byte @Nullable []> record) {
        super(record);
        this.passage = passage;
        this.part = part;
        moveTo(passage.input().run()); // that of a record that a worker has taken does not change any more
    }

    /**
     * What a stage made of a record, for the next stage. Where nothing is left of the input record with it, its results are published.
     *
     * @param from what the stage had: an input record in the first one, otherwise a piece
     * @param outputs what it forwarded; copied
     * @param most how many pieces and results there may be of one input record at a time
     * @throws OutputTooLargeException when there are more, or a result cannot be written
     */
    public static List<Piece> split(Delivery from, List<Output> outputs, int most) throws OutputTooLargeException {
        Passage passage = from instanceof Piece piece ? piece.passage : new Passage(from);
        Passage.Part origin = from instanceof Piece piece ? piece.part : passage.root();
        List<Passage.Part> parts = passage.split(origin, outputs.size(), most);
        List<Piece> pieces = new ArrayList<>(parts.size());
        for (int i = 0; i < parts.size(); i++) {
            pieces.add(new Piece(passage, parts.get(i), record(from.record(), outputs.get(i))));
        }
        return pieces;
    }

    /**
     * Notes that it has passed the last stage. The last piece of an input record to do so publishes the results of all.
     *
     * @param outputs its results; copied
     * @param most as for {@link #split}
     * @param mostBytes how many bytes the keys and values of all results of one input record may have
     * @throws OutputTooLargeException as {@link #split}
     */
    public void pass(List<Output> outputs, int most, long mostBytes) throws OutputTooLargeException {
        List<Output> results = new ArrayList<>(outputs.size());
        for (Output output : outputs) {
            results.add(new Output(output.key(), output.value(), headers(record(), output)));
        }
        passage.pass(part, results, most, mostBytes);
    }

    @Override
    public Delivery input() {
        return passage.input();
    }

    /** Waits for what its input record waits for: what a stage does to keys changes no order. */
    @Override
    public @Nullable Object lane(Ordering ordering) {
        return input().lane(ordering);
    }

    /** Of an input record that has its outcome, the pieces that are still under way come to nothing. */
    @Override
    public boolean isDiscarded() {
        return input().isDecided() || super.isDiscarded();
    }

    private static ConsumerRecord<byte @Nullable [], byte @Nullable []> record(
            ConsumerRecord<byte @Nullable [], byte @Nullable []> from, Output output) {
        return new ConsumerRecord<>(
                from.topic(),
                from.partition(),
                from.offset(),
                from.timestamp(),
                TimestampType.CREATE_TIME,
                lengthOf(output.key()),
                lengthOf(output.value()),
                output.key(),
                output.value(),
                new RecordHeaders(headers(from, output)),
                Optional.empty());
    }

    private static Headers headers(ConsumerRecord<?, ?> from, Output output) {
        Headers own = output.headers();
        return own == null ? from.headers() : own;
    }

    private static int lengthOf(byte @Nullable [] bytes) {
        return bytes == null ? ConsumerRecord.NULL_SIZE : bytes.length;
    }
}
