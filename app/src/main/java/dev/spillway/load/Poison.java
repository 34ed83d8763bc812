package dev.spillway.load;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Values that no processor of jobs can read, each in a way that is seen in the wild. */
final class Poison {
    static final int KINDS = 5;

    private static final byte[] EMPTY = {};
    private static final byte[] NOT_TEXT = {(byte) 0xff, (byte) 0xfe, 0, 1, (byte) 0xc3, 0x28};

    private Poison() {}

    /**
     * A malformed value.
     *
     * @param job the value that it would have been
     * @param kind from 0 to {@link #KINDS}, without it
     */
    static byte[] of(byte[] job, int kind) {
        return switch (kind) {
            case 0 -> Arrays.copyOf(job, job.length / 2);
            case 1 -> NOT_TEXT.clone();
            case 2 -> EMPTY;
            case 3 -> text("not a job");
            default -> text("{\"type\":\"unknown\"}");
        };
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
