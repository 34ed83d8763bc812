package dev.spillway.load;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Records whose keys and values follow from a seed. Immutable. */
final class MadeRecords extends RecordSource {
    private static final String KEY_PREFIX = "key-";
    /** Keys draw from numbers of their own, so that another distribution of keys leaves the values alone. */
    private static final long KEY_STREAM = 0x6b657973L;

    private final SeededDraws keyDraws;
    private final SeededDraws valueDraws;
    private final @Nullable KeyChoice keys;
    private final Values values;

    MadeRecords(long seed, int keys, double zipf, Values values) {
        this.keyDraws = new SeededDraws(seed ^ KEY_STREAM);
        this.valueDraws = new SeededDraws(seed);
        this.keys = keys == 0 ? null : zipf == 0 ? KeyChoice.uniform(keys) : KeyChoice.zipf(keys, zipf);
        this.values = values;
    }

    /** {@code key-<i>}, or null if records have none. */
    @Override
    byte @Nullable [] key(long record) {
        return keys == null ? null : (KEY_PREFIX + keys.choose(keyDraws, record)).getBytes(StandardCharsets.UTF_8);
    }

    @Override
    byte[] value(long record) {
        return values.value(valueDraws, record);
    }

    @FunctionalInterface
    interface Values {
        byte[] value(SeededDraws draws, long record);
    }
}
