package dev.spillway.inspect;

import dev.spillway.ledger.Origin;
import dev.spillway.ledger.OriginRange;
import dev.spillway.sink.SpillwayHeaders;
import dev.spillway.sink.TombstoneRange;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/** Reads Spillway's headers from records that anybody may have written: what is missing or makes no sense is empty. */
final class Headers {
    /** No header of ours is nearly as long as this, in bytes; a longer one is somebody else's. */
    private static final int LONGEST = 4096;

    private Headers() {}

    static Optional<Origin> origin(ConsumerRecord<?, ?> record) {
        return text(record, SpillwayHeaders.ORIGIN).flatMap(Origin::parse);
    }

    /** Whether a record says that it is about several. */
    static boolean isRange(ConsumerRecord<?, ?> record) {
        return record.headers().lastHeader(SpillwayHeaders.ORIGINS) != null;
    }

    /** What a record that {@link #isRange} is about; empty where its value is no range, or another one than its header. */
    static Optional<OriginRange> range(ConsumerRecord<byte @Nullable [], byte @Nullable []> record) {
        Optional<String> origins = text(record, SpillwayHeaders.ORIGINS);
        return TombstoneRange.parse(record.value())
                .filter(range -> origins.filter(range.text()::equals).isPresent());
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
