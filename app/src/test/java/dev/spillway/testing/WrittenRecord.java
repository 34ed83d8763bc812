package dev.spillway.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Optional;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * A record that the sidecar has written: a result, a tombstone, a dead letter or a marker. Immutable as far as the arrays in it are left alone.
 */
public final class WrittenRecord {
    private final ProducerRecord<byte @Nullable [], byte @Nullable []> written;

    WrittenRecord(ProducerRecord<byte @Nullable [], byte @Nullable []> written) {
        this.written = written;
    }

    /** Where it was written. */
    public String topic() {
        return written.topic();
    }

    /** Its key; null where it has none. */
    public byte @Nullable [] key() {
        return written.key();
    }

    /** Its key as UTF-8 text; null where it has none. */
    public @Nullable String keyText() {
        return text(written.key());
    }

    /** Its value; null where it has none, as a tombstone. */
    public byte @Nullable [] value() {
        return written.value();
    }

    /** Its value as UTF-8 text; null where it has none. */
    public @Nullable String valueText() {
        return text(written.value());
    }

    /** Its headers, those that begin with {@code spillway.} included. */
    public Headers headers() {
        return written.headers();
    }

    /** The text of the last header of that name; empty where it has none, or one without a value. */
    public Optional<String> header(String name) {
        Header last = written.headers().lastHeader(name);
        return Optional.ofNullable(last == null ? null : text(last.value()));
    }

    /** The input record that it is about, as {@code topic-partition@offset}; of a tombstone of several {@code topic-partition@first..last}. */
    public String origin() {
        return header("spillway.origin")
                .or(() -> header("spillway.origins"))
                .orElseThrow(() -> new IllegalStateException("no origin"));
    }

    private static @Nullable String text(byte @Nullable [] bytes) {
        return bytes == null ? null : new String(bytes, UTF_8);
    }

    /** For messages of failed assertions. */
    @Override
    public String toString() {
        return topic() + " " + keyText() + "=" + valueText() + " of " + origin();
    }
}
