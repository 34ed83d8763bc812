package dev.spillway.sink;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.spillway.ledger.OriginRange;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The value of a tombstone that stands for several records, a promise to those who read the drop topic:
 * {@code {"topic":"orders","partition":3,"firstOffset":17,"lastOffset":40,"count":24}}. Every offset from the first to the last was shed.
 */
public final class TombstoneRange {
    /** How many records one tombstone stands for at most. Whoever reads one need not fear that it is endless. */
    public static final int MOST = 65_536;

    /** The longest name of a topic, four numbers and the names of the fields are half as many bytes. */
    private static final int LONGEST = 1024;

    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private TombstoneRange() {}

    /** Writes it; the name of a topic needs no escapes. */
    static byte[] json(OriginRange range) {
        String json = "{\"topic\":\"" + range.topic() + "\",\"partition\":" + range.partition() + ",\"firstOffset\":"
                + range.first() + ",\"lastOffset\":" + range.last() + ",\"count\":" + range.count() + "}";
        return json.getBytes(UTF_8);
    }

    /** Reads what {@link #json} writes; empty when it is something else, or makes no sense: anybody can write one. */
    public static Optional<OriginRange> parse(byte @Nullable [] value) {
        if (value == null || value.length > LONGEST) {
            return Optional.empty();
        }
        try {
            return range(MAPPER.readTree(value));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static Optional<OriginRange> range(JsonNode json) {
        long first = number(json, "firstOffset");
        long last = number(json, "lastOffset");
        long partition = number(json, "partition");
        long count = number(json, "count");
        boolean makesSense = first >= 0
                && partition >= 0
                && partition <= Integer.MAX_VALUE
                && count >= 2
                && count <= MOST
                && last < Long.MAX_VALUE
                && last - first == count - 1
                && json.path("topic").isTextual();
        return makesSense
                ? Optional.of(new OriginRange(json.path("topic").textValue(), (int) partition, first, last))
                : Optional.empty();
    }

    /** -1 where there is none. */
    private static long number(JsonNode json, String name) {
        JsonNode number = json.path(name);
        return number.isIntegralNumber() && number.canConvertToLong() ? number.longValue() : -1;
    }
}
