package dev.spillway.processor;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.http.HttpHeaders;
import org.jspecify.annotations.Nullable;

/** What an HTTP service answered: all of it, or the beginning of the text that came with an error. */
final class HttpAnswer {
    private static final int QUOTED = 200;

    private final int status;
    private final HttpHeaders headers;
    private final byte[] body;

    HttpAnswer(int status, HttpHeaders headers, byte[] body) {
        this.status = status;
        this.headers = headers;
        this.body = body;
    }

    int status() {
        return status;
    }

    HttpHeaders headers() {
        return headers;
    }

    /** Not a copy. */
    byte[] body() {
        return body;
    }

    /** The header that says when to come back; null when there is none. */
    @Nullable
    String retryAfter() {
        return headers.firstValue("Retry-After").orElse(null);
    }

    /** The beginning of the body, as it can be quoted in a sentence; empty when there is none. */
    String beginning() {
        return quotable(new String(body, UTF_8));
    }

    /** The beginning of a text, on one line. */
    static String quotable(String text) {
        String line = text.strip().replaceAll("[\\p{Cntrl}\\s]+", " ");
        return line.length() <= QUOTED ? line : line.substring(0, QUOTED) + "…";
    }
}
