package dev.spillway.sink;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * What an input record is on its way through the stages behind the first one: the {@link Piece}s of it that are under way, and the results
 * of those that have passed the last stage. They are published together when the last piece has passed, in the order in which they were
 * forwarded, however the pieces overtook each other. So the record has one outcome: it is processed as a whole or not at all.
 *
 * <p>Threads: any. A {@link Part} is written by the worker that has its piece, before that piece is counted as passed; whoever counts the
 * last one reads all of them.
 */
final class Passage {
    private final Delivery input;
    private final Part root = new Part();
    private final AtomicInteger underWay = new AtomicInteger(1);

    /** Pieces under way, and results. */
    private final AtomicInteger held = new AtomicInteger(1);

    /** Of the results: they stay in memory until the last piece has passed. */
    private final AtomicLong resultBytes = new AtomicLong();

    /** What has become of one piece: others in its place, or results. */
    static final class Part {
        private List<Part> parts = List.of();
        private List<Output> results = List.of();
    }

    Passage(Delivery input) {
        this.input = input;
    }

    Delivery input() {
        return input;
    }

    Part root() {
        return root;
    }

    /** A piece becomes so many in the next stage; none is a fine number, and may be what the last of them becomes. */
    List<Part> split(Part piece, int count, int most) throws OutputTooLargeException {
        hold(count, most);
        if (count == 0) {
            passed();
            return List.of();
        }
        underWay.addAndGet(count - 1);
        List<Part> parts = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            parts.add(new Part());
        }
        piece.parts = parts;
        return parts;
    }

    /** A piece has passed the last stage with these results. */
    void pass(Part piece, List<Output> results, int most, long mostBytes) throws OutputTooLargeException {
        hold(results.size(), most);
        if (resultBytes.addAndGet(sizeOf(results)) > mostBytes) {
            throw new OutputTooLargeException("more than " + mostBytes + " bytes of results for one record");
        }
        piece.results = results;
        passed();
    }

    private void hold(int insteadOfOne, int most) throws OutputTooLargeException {
        if (held.addAndGet(insteadOfOne - 1) > most) {
            throw new OutputTooLargeException("more than " + most + " results for one record");
        }
    }

    private static long sizeOf(List<Output> results) {
        return results.stream()
                .mapToLong(result -> sizeOf(result.key()) + sizeOf(result.value()))
                .sum();
    }

    private static long sizeOf(byte @Nullable [] bytes) {
        return bytes == null ? 0 : bytes.length;
    }

    private void passed() throws OutputTooLargeException {
        if (underWay.decrementAndGet() == 0 && !input.isDecided()) {
            List<Output> results = new ArrayList<>(held.get());
            collect(root, results);
            if (input.run().publisher().decideProcessed(input, results)) {
                Publisher.publishAll(List.of(input));
            }
        }
    }

    private static void collect(Part from, List<Output> into) {
        into.addAll(from.results);
        from.parts.forEach(part -> collect(part, into));
    }
}
