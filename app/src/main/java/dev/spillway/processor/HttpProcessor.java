package dev.spillway.processor;

import dev.spillway.config.HttpConfig;
import dev.spillway.flow.Time;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.Objects;

/**
 * Sends each record to an HTTP service, which may be written in any language: a POST with the value as body, and {@linkplain
 * RequestHeaders what else the record has} as headers. The body of a successful answer is the result.
 */
final class HttpProcessor implements Processor {
    private final HttpConfig config;
    private final Time time;
    private final URI url;
    private final HttpExchanges exchanges;

    /** For the service at {@code http.url}, which has to be there. */
    HttpProcessor(HttpConfig config, Time time) {
        this.config = config;
        this.time = time;
        this.url = Objects.requireNonNull(config.url(), "http.url");
        this.exchanges = new HttpExchanges(config, time);
    }

    @Override
    public void process(InputRecord record, ProcessorContext context) throws IOException, InterruptedException {
        HttpAnswer answer = exchanges.exchange(request(record), config.timeout());
        requireSuccess(answer, time);
        if (!HttpStatus.isWithoutResult(answer.status())) {
            context.forward(answer.body());
        }
    }

    @Override
    public void close() {
        exchanges.close();
    }

    private HttpRequest request(InputRecord record) {
        byte[] value = record.value();
        HttpRequest.Builder request = HttpRequest.newBuilder(url)
                .POST(value == null ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(value));
        RequestHeaders.of(record, config.contentType())
                .forEach(header -> request.header(header.name(), header.value()));
        return request.build();
    }

    /** Throws what an answer means that is no success. */
    static void requireSuccess(HttpAnswer answer, Time time) {
        int status = answer.status();
        if (HttpStatus.isSuccess(status)) {
            return;
        }
        if (HttpStatus.isRedirect(status)) {
            throw new PermanentFailureException("the service answered " + status
                    + ", and redirects are not followed: let http.url be the address that it leads to");
        }
        String text = answer.beginning();
        throw HttpStatus.failure(
                status,
                answer.retryAfter(),
                "the service answered " + status + (text.isEmpty() ? "" : ": " + text),
                time);
    }
}
