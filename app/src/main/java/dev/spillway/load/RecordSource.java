package dev.spillway.load;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/** What the records are, as a function of a record's number: any of them can be made without the others. Immutable. */
public abstract sealed class RecordSource permits FileRecords, MadeRecords, RecordSource.WithHeaders {
    /** Records with text of one size; see {@link #text(long, int, double, SizeChoice)}. */
    public static RecordSource text(long seed, int keys, double zipf, int size) {
        return text(seed, keys, zipf, SizeChoice.fixed(size));
    }

    /**
     * Records with text.
     *
     * @param keys how many different keys there are; 0 for records without a key
     * @param zipf the exponent of the keys' distribution; 0 for an even one
     * @param sizes of values
     */
    public static RecordSource text(long seed, int keys, double zipf, SizeChoice sizes) {
        return new MadeRecords(seed, keys, zipf, new FillerText(new SeededDraws(seed), sizes)::value);
    }

    /**
     * Records with jobs.
     *
     * @param keys how many different keys there are; 0 for records without a key
     * @param zipf the exponent of the keys' distribution; 0 for an even one
     */
    public static RecordSource jobs(long seed, int keys, double zipf, JobMix mix) {
        return new MadeRecords(seed, keys, zipf, mix::value);
    }

    /** The same records with more headers, which are text. */
    public final RecordSource withHeaders(Map<String, String> headers) {
        return headers.isEmpty() ? this : new WithHeaders(this, TextHeader.listOf(headers));
    }

    /** The key of a record, or null. */
    abstract byte @Nullable [] key(long record);

    /** The value of a record, or null. */
    abstract byte @Nullable [] value(long record);

    /** The headers of a record. */
    List<Header> headers(long record) {
        return List.of();
    }

    static final class WithHeaders extends RecordSource {
        private final RecordSource source;
        private final List<Header> more;

        private WithHeaders(RecordSource source, List<Header> more) {
            this.source = source;
            this.more = more;
        }

        @Override
        byte @Nullable [] key(long record) {
            return source.key(record);
        }

        @Override
        byte @Nullable [] value(long record) {
            return source.value(record);
        }

        @Override
        List<Header> headers(long record) {
            List<Header> own = source.headers(record);
            if (own.isEmpty()) {
                return more;
            }
            return Stream.concat(own.stream(), more.stream()).toList();
        }
    }
}
