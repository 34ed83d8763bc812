package dev.spillway.inspect;

import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/**
 * A set of offsets of one partition: a bit for each, in chunks of 4096. A chunk in which every bit is set is kept as a mere mark,
 * so that a partition that is read and settled in order costs next to nothing, and the worst case is one bit for each offset
 * between the first and the last. Used by one thread.
 */
public final class OffsetSet {
    private static final int CHUNK_BITS = 12;
    private static final int WORDS = 1 << (CHUNK_BITS - 6);
    private static final long[] FULL = full();

    private final TreeMap<Long, long[]> chunks = new TreeMap<>();
    private long size;

    /** The chunk that was used last; most offsets come in order. */
    private long lastIndex = -1;

    private long @Nullable [] last;

    /**
     * Adds an offset.
     *
     * @param offset at least 0
     * @return whether it was not there yet
     */
    public boolean add(long offset) {
        long index = offset >>> CHUNK_BITS;
        long[] chunk = chunk(index);
        if (chunk == null) {
            chunk = new long[WORDS];
            put(index, chunk);
        }
        int word = word(offset);
        if (chunk == FULL || (chunk[word] & bit(offset)) != 0) {
            return false;
        }
        chunk[word] |= bit(offset);
        size++;
        if (chunk[word] == -1L && Arrays.equals(chunk, FULL)) {
            put(index, FULL);
        }
        return true;
    }

    boolean contains(long offset) {
        long[] chunk = chunk(offset >>> CHUNK_BITS);
        return chunk != null && (chunk[word(offset)] & bit(offset)) != 0;
    }

    long size() {
        return size;
    }

    /** How many chunks cost memory, of half a KiB each. */
    public long chunksHeld() {
        return chunks.values().stream().filter(chunk -> chunk != FULL).count();
    }

    /** Shows the offsets in order until the visitor has seen enough. */
    void forEachWhile(LongPredicate visitor) {
        for (Map.Entry<Long, long[]> entry : chunks.entrySet()) {
            if (!visit(entry.getKey() << CHUNK_BITS, entry.getValue(), null, visitor)) {
                return;
            }
        }
    }

    /** Shows the offsets that another set has not, in order, until the visitor has seen enough. */
    void forEachNotIn(OffsetSet other, LongPredicate visitor) {
        for (Map.Entry<Long, long[]> entry : chunks.entrySet()) {
            long[] without = other.chunks.get(entry.getKey());
            if (!visit(entry.getKey() << CHUNK_BITS, entry.getValue(), without, visitor)) {
                return;
            }
        }
    }

    private static boolean visit(long base, long[] chunk, long @Nullable [] without, LongPredicate visitor) {
        for (int word = 0; word < WORDS; word++) {
            long bits = without == null ? chunk[word] : chunk[word] & ~without[word];
            for (; bits != 0; bits &= bits - 1) {
                if (!visitor.test(base + word * 64L + Long.numberOfTrailingZeros(bits))) {
                    return false;
                }
            }
        }
        return true;
    }

    private long @Nullable [] chunk(long index) {
        if (index != lastIndex) {
            last = chunks.get(index);
            lastIndex = index;
        }
        return last;
    }

    private void put(long index, long[] chunk) {
        chunks.put(index, chunk);
        last = chunk;
        lastIndex = index;
    }

    private static int word(long offset) {
        return (int) (offset >>> 6) & (WORDS - 1);
    }

    private static long bit(long offset) {
        return 1L << offset;
    }

    private static long[] full() {
        long[] words = new long[WORDS];
        Arrays.fill(words, -1L);
        return words;
    }
}
