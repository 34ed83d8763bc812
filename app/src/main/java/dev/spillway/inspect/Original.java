package dev.spillway.inspect;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.spillway.ledger.Origin;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/**
 * A record of an input topic, as it is there.
 *
 * @param origin where it is
 * @param record its bytes
 */
public record Original(Origin origin, ConsumerRecord<byte @Nullable [], byte @Nullable []> record) {
    /** What of a value is shown to people, in bytes. */
    private static final int SHOWN = 4096;

    /** For people; of a long value the beginning. */
    public String text() {
        StringBuilder text = new StringBuilder();
        line(text, "origin", Printable.text(origin.toString()));
        line(text, "written", Moment.text(Instant.ofEpochMilli(Math.max(0, record.timestamp()))));
        line(text, "key", Label.key(record.key()));
        String name = "headers";
        for (Header header : record.headers()) {
            line(text, name, Label.text(header.key()) + ": " + value(header.value()));
            name = "";
        }
        byte[] value = record.value();
        line(text, "value", value == null ? "(no value)" : value.length == 0 ? "(empty value)" : value(value));
        return text.toString();
    }

    /** One line for programs. What is not UTF-8 is there in base 64. */
    public String json() {
        ObjectNode object = Json.object();
        object.put("type", "original");
        object.put("origin", origin.toString());
        object.put("timestamp", record.timestamp());
        put(object, "key", record.key());
        put(object, "value", record.value());
        ArrayNode headers = object.putArray("headers");
        for (Header header : record.headers()) {
            ObjectNode entry = headers.addObject();
            entry.put("name", header.key());
            put(entry, "value", header.value());
        }
        return Json.line(object);
    }

    private static void line(StringBuilder text, String name, String content) {
        text.append(String.format("%-8s %s%n", name, content));
    }

    private static String value(byte @Nullable [] bytes) {
        if (bytes == null) {
            return "(null)";
        }
        return bytes.length <= SHOWN
                ? Printable.bytes(bytes)
                : Printable.beginning(bytes, SHOWN) + "... (" + bytes.length + " bytes in all)";
    }

    private static void put(ObjectNode object, String name, byte @Nullable [] bytes) {
        if (bytes == null) {
            object.putNull(name);
            return;
        }
        try {
            object.put(
                    name,
                    StandardCharsets.UTF_8
                            .newDecoder()
                            .decode(ByteBuffer.wrap(bytes))
                            .toString());
        } catch (CharacterCodingException e) {
            object.put(name + "Base64", bytes);
        }
    }
}
