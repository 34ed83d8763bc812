package dev.spillway.processor;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.spillway.ledger.Origin;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/**
 * A record's key, origin, attempt and headers as headers of an HTTP request. The record's own headers get a prefix, so that whoever
 * writes records cannot write the headers that a service trusts; only {@code content-type} is meant for the service by its name.
 */
final class RequestHeaders {
    /** A record's header {@code name} is the request's {@code Spillway-Header-name}. */
    static final String PREFIX = "Spillway-Header-";

    private static final String CONTENT_TYPE = "content-type";

    /** Common servers take a hundred headers, and 8 KiB of them together. */
    private static final int MOST_HEADERS = 50;

    private static final int MOST_CHARACTERS = 4096;

    private static final Pattern TOKEN = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");
    /** No control characters, and no space at an end, where it would get lost. */
    private static final Pattern TEXT = Pattern.compile("([!-~]([ -~]*[!-~])?)?");

    private RequestHeaders() {}

    /** One header. */
    record Line(String name, String value) {}

    /**
     * The headers of a request about a record.
     *
     * @param contentType what the value is where the record does not say
     */
    static List<Line> of(InputRecord record, String contentType) {
        List<Line> lines = new ArrayList<>();
        lines.add(new Line("Content-Type", ownContentType(record).orElse(contentType)));
        lines.add(new Line("Spillway-Origin", origin(record)));
        lines.add(new Line("Spillway-Timestamp", Long.toString(record.timestamp())));
        lines.add(new Line("Spillway-Attempt", Integer.toString(record.attempt())));
        byte[] key = record.key();
        if (key != null) {
            lines.add(key(key));
        }
        if (record.value() == null) {
            lines.add(new Line("Spillway-Value", "null"));
        }
        addOwn(record, lines);
        return lines;
    }

    static String origin(InputRecord record) {
        return new Origin(record.topic(), record.partition(), record.offset()).toString();
    }

    /** Whether a header is Spillway's own: those of an earlier run mean nothing here. */
    static boolean isReserved(Header header) {
        return header.key().startsWith("spillway.");
    }

    private static Line key(byte[] key) {
        return text(key)
                .map(text -> new Line("Spillway-Key", text))
                .orElseGet(() ->
                        new Line("Spillway-Key-Base64", Base64.getEncoder().encodeToString(key)));
    }

    private static Optional<String> ownContentType(InputRecord record) {
        Optional<String> last = Optional.empty();
        for (Header header : record.headers()) {
            if (header.key().equalsIgnoreCase(CONTENT_TYPE)) {
                last = text(header);
            }
        }
        return last;
    }

    private static void addOwn(InputRecord record, List<Line> lines) {
        int carried = 0;
        int characters = 0;
        int omitted = 0;
        for (Header header : record.headers()) {
            if (isReserved(header) || header.key().equalsIgnoreCase(CONTENT_TYPE)) {
                continue;
            }
            Optional<String> text = text(header);
            int length = header.key().length() + text.map(String::length).orElse(0);
            if (text.isPresent() && carried < MOST_HEADERS && characters + length <= MOST_CHARACTERS) {
                lines.add(new Line(PREFIX + header.key(), text.get()));
                carried++;
                characters += length;
            } else {
                omitted++;
            }
        }
        if (omitted > 0) {
            lines.add(new Line("Spillway-Headers-Omitted", Integer.toString(omitted)));
        }
    }

    private static Optional<String> text(Header header) {
        byte @Nullable [] value = header.value();
        return value == null || !TOKEN.matcher(header.key()).matches() ? Optional.empty() : text(value);
    }

    /** The bytes as text that a header can hold, if they are. */
    private static Optional<String> text(byte[] bytes) {
        String text = new String(bytes, ISO_8859_1);
        return TEXT.matcher(text).matches() ? Optional.of(new String(bytes, US_ASCII)) : Optional.empty();
    }
}
