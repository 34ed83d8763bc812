package dev.spillway.log;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;

/** A line that is a JSON object, in ASCII: whatever stderr's encoding is, it arrives whole. */
final class JsonLine {
    private static final JsonFactory JSON =
            JsonFactory.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

    private JsonLine() {}

    static String of(LogEvent event) {
        StringWriter line = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(line)) {
            json.writeStartObject();
            json.writeStringField("time", event.at().toString());
            json.writeStringField("level", event.level().toString());
            json.writeStringField("thread", event.thread());
            json.writeStringField("logger", event.logger());
            json.writeStringField("message", event.message());
            String trace = event.trace();
            if (!trace.isEmpty()) {
                json.writeStringField("exception", trace);
            }
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("a StringWriter does not fail", e);
        }
        return line.toString();
    }
}
