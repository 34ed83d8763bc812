package dev.spillway.inspect;

/**
 * The timestamps of some records.
 *
 * @param first the smallest, in milliseconds since 1970
 * @param last the largest
 */
record RecordTimes(long first, long last) {
    /** Of no records. */
    static final RecordTimes NONE = new RecordTimes(Long.MAX_VALUE, Long.MIN_VALUE);

    boolean isEmpty() {
        return first > last;
    }

    RecordTimes and(long timestamp) {
        return timestamp >= first && timestamp <= last
                ? this
                : new RecordTimes(Math.min(first, timestamp), Math.max(last, timestamp));
    }

    RecordTimes and(RecordTimes other) {
        return new RecordTimes(Math.min(first, other.first), Math.max(last, other.last));
    }
}
