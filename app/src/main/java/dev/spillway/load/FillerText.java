package dev.spillway.load;

import java.nio.charset.StandardCharsets;

/** Text of the sizes asked for, cut from one block that the seed has written: making a value costs a copy. Immutable. */
final class FillerText {
    private static final byte[] LETTERS =
            "abcdefghijklmnopqrstuvwxyz0123456789      ".getBytes(StandardCharsets.US_ASCII);
    private static final int BLOCK = 64 * 1024;

    private final byte[] block = new byte[BLOCK];
    private final SizeChoice sizes;

    FillerText(SeededDraws draws, SizeChoice sizes) {
        this.sizes = sizes;
        for (int i = 0; i < BLOCK; i++) {
            block[i] = LETTERS[draws.below(LETTERS.length, -1, i)];
        }
    }

    byte[] value(SeededDraws draws, long record) {
        int size = sizes.choose(draws, record);
        byte[] value = new byte[size];
        int from = draws.below(BLOCK, record, 1);
        for (int done = 0; done < size; ) {
            int length = Math.min(size - done, BLOCK - from);
            System.arraycopy(block, from, value, done, length);
            done += length;
            from = 0;
        }
        return value;
    }
}
