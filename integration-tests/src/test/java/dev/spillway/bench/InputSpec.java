package dev.spillway.bench;

/**
 * What is in an input topic.
 *
 * @param records how many
 * @param bytes the length of each one's value, at least 8
 * @param keys how many different ones
 * @param zipf the exponent of their distribution; 0 where they are equally frequent
 */
record InputSpec(int partitions, int records, int bytes, int keys, double zipf) {
    /** As much as a disk has to hold for a topic. */
    private static final long MOST_BYTES = 2L << 30;

    private static final int USUAL_BYTES = 200;

    /** 200 bytes, four partitions, and so many keys that none of them is hot. */
    static InputSpec usual(int records) {
        return new InputSpec(4, records, USUAL_BYTES, 10_000, 0);
    }

    InputSpec withPartitions(int other) {
        return new InputSpec(other, records, bytes, keys, zipf);
    }

    /** With values of this length, and fewer records where they would be too much for the disk. */
    InputSpec withBytes(int other) {
        return new InputSpec(partitions, (int) Math.min(records, MOST_BYTES / other), other, keys, zipf);
    }

    InputSpec withKeys(int other, double exponent) {
        return new InputSpec(partitions, records, bytes, other, exponent);
    }

    InputSpec withRecords(int other) {
        return new InputSpec(partitions, other, bytes, keys, zipf);
    }
}
