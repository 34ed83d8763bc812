package dev.spillway.processor;

import static dev.spillway.sink.Samples.bytes;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jspecify.annotations.Nullable;

/** A record for tests of processors: {@code orders-3@17}, changed here and there. */
final class SampleRecord implements InputRecord {
    private final Headers headers = new RecordHeaders();
    private byte @Nullable [] key = bytes("key");
    private byte @Nullable [] value = bytes("value");
    private long offset = 17;
    private int attempt = 1;

    @CanIgnoreReturnValue
    SampleRecord withKey(byte @Nullable [] given) {
        key = given;
        return this;
    }

    @CanIgnoreReturnValue
    SampleRecord withValue(byte @Nullable [] given) {
        value = given;
        return this;
    }

    @CanIgnoreReturnValue
    SampleRecord withHeader(String name, byte @Nullable [] content) {
        headers.add(name, content);
        return this;
    }

    @CanIgnoreReturnValue
    SampleRecord at(long given) {
        offset = given;
        return this;
    }

    @CanIgnoreReturnValue
    SampleRecord inAttempt(int given) {
        attempt = given;
        return this;
    }

    @Override
    public byte @Nullable [] key() {
        return key;
    }

    @Override
    public byte @Nullable [] value() {
        return value;
    }

    @Override
    public Headers headers() {
        return headers;
    }

    @Override
    public String topic() {
        return "orders";
    }

    @Override
    public int partition() {
        return 3;
    }

    @Override
    public long offset() {
        return offset;
    }

    @Override
    public long timestamp() {
        return 1_700_000_000_123L;
    }

    @Override
    public int attempt() {
        return attempt;
    }
}
