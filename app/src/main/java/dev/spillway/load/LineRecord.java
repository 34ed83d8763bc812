package dev.spillway.load;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/**
 * A record that somebody wrote as a line of JSON, in the form that a request with a batch has: {@code key} or {@code keyBase64},
 * {@code value} (any JSON, sent character by character) or {@code valueBase64}, and {@code headers}, an object of texts. What is not
 * there the record does not have. Immutable as long as nobody writes to its arrays.
 */
final class LineRecord {
    static final String EXAMPLE = "{\"key\": \"k\", \"value\": {\"any\": \"JSON\"}, \"headers\": {\"name\": \"text\"}}";

    private static final JsonFactory JSON = new JsonFactory();

    private final byte @Nullable [] key;
    private final byte @Nullable [] value;
    private final List<Header> headers;

    private LineRecord(Builder record) {
        this.key = record.key;
        this.value = record.value;
        this.headers = List.copyOf(record.headers);
    }

    byte @Nullable [] key() {
        return key;
    }

    byte @Nullable [] value() {
        return value;
    }

    List<Header> headers() {
        return headers;
    }

    /**
     * Reads a line.
     *
     * @throws IOException with a sentence when it is none, which does not quote it
     */
    static LineRecord parse(String line) throws IOException {
        byte[] bytes = line.getBytes(StandardCharsets.UTF_8);
        try (JsonParser parser = JSON.createParser(bytes)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new IOException("it is not a JSON object; use e.g. " + EXAMPLE);
            }
            Builder record = new Builder();
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                record.field(parser, bytes);
            }
            if (parser.nextToken() != null) {
                throw new IOException("something follows the object; write one object in each line");
            }
            return new LineRecord(record);
        } catch (JsonParseException e) {
            throw new IOException(
                    "its JSON is broken at column " + e.getLocation().getColumnNr(), e);
        }
    }

    /** Collects what a line says. */
    private static final class Builder {
        private byte @Nullable [] key;
        private byte @Nullable [] value;
        private final List<Header> headers = new ArrayList<>();

        private void field(JsonParser parser, byte[] line) throws IOException {
            String name = parser.currentName();
            parser.nextToken();
            switch (name) {
                case "key" -> key = text(parser, name).getBytes(StandardCharsets.UTF_8);
                case "keyBase64" -> key = bytes(parser, name);
                case "value" -> value = json(parser, line);
                case "valueBase64" -> value = bytes(parser, name);
                case "headers" -> headers(parser);
                default ->
                    throw new IOException("'" + name + "' is no part of a record; the parts are key, keyBase64, value,"
                            + " valueBase64 and headers");
            }
        }

        private void headers(JsonParser parser) throws IOException {
            if (!parser.hasToken(JsonToken.START_OBJECT)) {
                throw new IOException("'headers' is not an object of texts");
            }
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                String name = parser.currentName();
                parser.nextToken();
                headers.add(TextHeader.of(name, text(parser, name)));
            }
        }

        /** The value's own characters: a number keeps its digits, an object the order of its names. */
        private static byte[] json(JsonParser parser, byte[] line) throws IOException {
            int start = (int) parser.currentTokenLocation().getByteOffset();
            parser.skipChildren();
            parser.finishToken();
            return Arrays.copyOfRange(
                    line, start, (int) parser.currentLocation().getByteOffset());
        }

        private static byte[] bytes(JsonParser parser, String name) throws IOException {
            try {
                return Base64.getDecoder().decode(text(parser, name));
            } catch (IllegalArgumentException e) {
                throw new IOException("'" + name + "' is not Base64", e);
            }
        }

        private static String text(JsonParser parser, String name) throws IOException {
            if (!parser.hasToken(JsonToken.VALUE_STRING)) {
                throw new IOException("'" + name + "' is not a text");
            }
            return parser.getText();
        }
    }
}
