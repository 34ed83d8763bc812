package dev.spillway.load;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** What the records are: keys and values as a function of the seed and the record's number. Immutable. */
public final class RecordSource {
    private static final String KEY_PREFIX = "key-";
    /** Keys draw from numbers of their own, so that another distribution of keys leaves the values alone. */
    private static final long KEY_STREAM = 0x6b657973L;

    private final SeededDraws keyDraws;
    private final SeededDraws valueDraws;
    private final @Nullable KeyChoice keys;
    private final Values values;

    private RecordSource(long seed, int keys, double zipf, Values values) {
        this.keyDraws = new SeededDraws(seed ^ KEY_STREAM);
        this.valueDraws = new SeededDraws(seed);
        this.keys = keys == 0 ? null : zipf == 0 ? KeyChoice.uniform(keys) : KeyChoice.zipf(keys, zipf);
        this.values = values;
    }

    /**
     * Records with text.
     *
     * @param keys how many different keys there are; 0 for records without a key
     * @param zipf the exponent of the keys' distribution; 0 for an even one
     * @param size of a value in bytes, at least 0
     */
    public static RecordSource text(long seed, int keys, double zipf, int size) {
        return new RecordSource(seed, keys, zipf, new FillerText(new SeededDraws(seed), size)::value);
    }

    /**
     * Records with jobs.
     *
     * @param keys how many different keys there are; 0 for records without a key
     * @param zipf the exponent of the keys' distribution; 0 for an even one
     */
    public static RecordSource jobs(long seed, int keys, double zipf, JobMix mix) {
        return new RecordSource(seed, keys, zipf, mix::value);
    }

    /** The key of a record, {@code key-<i>}; null if records have none. */
    byte @Nullable [] key(long record) {
        return keys == null ? null : (KEY_PREFIX + keys.choose(keyDraws, record)).getBytes(StandardCharsets.UTF_8);
    }

    /** The value of a record. */
    byte[] value(long record) {
        return values.value(valueDraws, record);
    }

    @FunctionalInterface
    private interface Values {
        byte[] value(SeededDraws draws, long record);
    }
}
