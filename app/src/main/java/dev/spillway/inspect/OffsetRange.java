package dev.spillway.inspect;

/**
 * Offsets of one partition.
 *
 * @param from the first
 * @param end the one after the last; not more than {@code from} when there are none
 */
public record OffsetRange(long from, long end) {
    public boolean isEmpty() {
        return end <= from;
    }

    public long length() {
        return Math.max(0, end - from);
    }
}
