package dev.spillway.processor;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.spillway.flow.Time;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.header.Header;

/**
 * The JSON of a batch. In a request each record is an object with {@code origin}, {@code attempt}, {@code timestamp}, and where they
 * exist the key as text in {@code key} or else as bytes in {@code keyBase64}, the value as JSON in {@code value} or else as bytes in
 * {@code valueBase64}, and as text what {@code headers} it has.
 *
 * <p>In an answer each is an object, at the same place, with a {@code status} that means what it would for one record alone (200 where
 * it is missing), and with the result in {@code value} or {@code valueBase64}, or with an {@code error} and {@code retryAfter}.
 */
final class BatchJson {
    /** Deeper values go as bytes, so that one of them cannot cost a service the whole batch. */
    private static final int DEEPEST = 100;

    /** Of the array and the object around a value. */
    private static final int AROUND = 2;

    private static final int LONGEST_NUMBER = 1000;

    private final Time time;
    private final JsonFactory values;
    private final JsonMapper answers;

    /**
     * Reads and writes.
     *
     * @param maxAnswerBytes the longest answer that is given to it
     */
    BatchJson(int maxAnswerBytes, Time time) {
        this.time = time;
        this.values = factory(DEEPEST, Integer.MAX_VALUE); // a record has its own bound
        this.answers = JsonMapper.builder(factory(DEEPEST + AROUND, maxAnswerBytes))
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
                .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
                .build();
    }

    private static JsonFactory factory(int deepest, int longestString) {
        return new JsonFactoryBuilder()
                .streamReadConstraints(StreamReadConstraints.builder()
                        .maxNestingDepth(deepest)
                        .maxNumberLength(LONGEST_NUMBER)
                        .maxStringLength(longestString)
                        .build())
                .build();
    }

    /** The body of a request about these records. */
    byte[] request(List<? extends BatchEntry> entries) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (JsonGenerator json = values.createGenerator(out)) {
            json.writeStartArray();
            for (BatchEntry entry : entries) {
                write(entry.record(), json);
            }
            json.writeEndArray();
        }
        return out.toByteArray();
    }

    private void write(InputRecord record, JsonGenerator json) throws IOException {
        json.writeStartObject();
        json.writeStringField("origin", RequestHeaders.origin(record));
        json.writeNumberField("attempt", record.attempt());
        json.writeNumberField("timestamp", record.timestamp());
        byte[] key = record.key();
        if (key != null) {
            Optional<String> text = text(key);
            if (text.isPresent()) {
                json.writeStringField("key", text.get());
            } else {
                json.writeStringField("keyBase64", Base64.getEncoder().encodeToString(key));
            }
        }
        byte[] value = record.value();
        if (value != null) {
            Optional<String> text = text(value).filter(this::isJson);
            if (text.isPresent()) {
                json.writeFieldName("value");
                json.writeRawValue(text.get()); // as it is: no number or name is changed on the way
            } else {
                json.writeStringField("valueBase64", Base64.getEncoder().encodeToString(value));
            }
        }
        writeHeaders(record, json);
        json.writeEndObject();
    }

    /** Those that are text; of several with one name the last. */
    private static void writeHeaders(InputRecord record, JsonGenerator json) throws IOException {
        Map<String, String> headers = new LinkedHashMap<>();
        for (Header header : record.headers()) {
            byte[] value = header.value();
            if (value != null && !RequestHeaders.isReserved(header)) {
                text(value).ifPresent(text -> headers.put(header.key(), text));
            }
        }
        if (!headers.isEmpty()) {
            json.writeObjectFieldStart("headers");
            for (Map.Entry<String, String> header : headers.entrySet()) {
                json.writeStringField(header.getKey(), header.getValue());
            }
            json.writeEndObject();
        }
    }

    /** The bytes as text, if they are UTF-8. */
    private static Optional<String> text(byte[] bytes) {
        try {
            return Optional.of(UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString());
        } catch (CharacterCodingException e) {
            return Optional.empty();
        }
    }

    private boolean isJson(String text) {
        try (JsonParser parser = values.createParser(text)) {
            if (parser.nextToken() == null) {
                return false;
            }
            parser.skipChildren();
            return parser.nextToken() == null;
        } catch (IOException e) {
            return false;
        }
    }

    /**
     * Gives each record what the answer says of it.
     *
     * @throws PermanentFailureException when it is not an answer about these records
     */
    void settle(List<? extends BatchEntry> entries, HttpAnswer answer) throws IOException {
        JsonNode array = parse(answer.body());
        if (!array.isArray() || array.size() != entries.size()) {
            throw new PermanentFailureException(
                    "the service did not answer " + entries.size() + " records with a JSON array of that length");
        }
        for (int i = 0; i < entries.size(); i++) {
            try {
                settle(entries.get(i), array.get(i));
            } catch (PermanentFailureException | RetryLaterException e) {
                entries.get(i).fail(e);
            }
        }
    }

    private JsonNode parse(byte[] body) throws IOException {
        try {
            return answers.readTree(body);
        } catch (JsonProcessingException e) {
            throw new PermanentFailureException("the service's answer to a batch is not JSON");
        }
    }

    private void settle(BatchEntry entry, JsonNode answer) throws JsonProcessingException {
        int status = status(answer);
        if (!HttpStatus.isSuccess(status)) {
            String error = HttpAnswer.quotable(answer.path("error").asText());
            throw HttpStatus.failure(
                    status,
                    answer.path("retryAfter").asText(),
                    "the service answered " + status + (error.isEmpty() ? "" : ": " + error),
                    time);
        }
        if (!HttpStatus.isWithoutResult(status)) {
            entry.context().forward(result(answer));
        }
    }

    private static int status(JsonNode answer) {
        JsonNode status = answer.path("status");
        if (!answer.isObject() || !(status.isMissingNode() || status.isInt())) {
            throw new PermanentFailureException(
                    "the service's answer to this record is not a JSON object with a number as status");
        }
        return status.asInt(HttpStatus.OK);
    }

    private byte[] result(JsonNode answer) throws JsonProcessingException {
        if (answer.has("value") == answer.has("valueBase64")) {
            throw new PermanentFailureException(
                    "the service's answer to this record needs one of value, valueBase64, or"
                            + " status 204 for no result");
        }
        if (answer.has("value")) {
            return answers.writeValueAsBytes(answer.get("value"));
        }
        JsonNode base64 = answer.get("valueBase64");
        try {
            return Base64.getDecoder().decode(base64.isTextual() ? base64.asText() : "?");
        } catch (IllegalArgumentException e) {
            throw new PermanentFailureException(
                    "the service's answer to this record has a valueBase64 that is not Base64");
        }
    }
}
