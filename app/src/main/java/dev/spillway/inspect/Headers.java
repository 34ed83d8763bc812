package dev.spillway.inspect;

import dev.spillway.ledger.Origin;
import dev.spillway.sink.SpillwayHeaders;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;

/** Reads Spillway's headers from records that anybody may have written: what is missing or makes no sense is empty. */
final class Headers {
    /** No header of ours is nearly as long as this, in bytes; a longer one is somebody else's. */
    private static final int LONGEST = 4096;

    private Headers() {}

    static Optional<Origin> origin(ConsumerRecord<?, ?> record) {
        return text(record, SpillwayHeaders.ORIGIN).flatMap(Origin::parse);
    }

    static Optional<String> text(ConsumerRecord<?, ?> record, String name) {
        Header header = record.headers().lastHeader(name);
        if (header == null) {
            return Optional.empty();
        }
        byte[] value = header.value();
        return value == null || value.length > LONGEST
                ? Optional.empty()
                : Optional.of(new String(value, StandardCharsets.UTF_8));
    }
}
