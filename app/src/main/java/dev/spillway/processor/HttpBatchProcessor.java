package dev.spillway.processor;

import dev.spillway.config.HttpConfig;
import dev.spillway.flow.Time;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.List;
import java.util.Objects;

/**
 * Sends several records to an HTTP service in one request: a POST of {@linkplain BatchJson a JSON array}, answered by one of the same
 * length. A status that is no success is about all of them; in a successful answer each record has a status of its own.
 */
final class HttpBatchProcessor implements BatchProcessor {
    private final HttpConfig config;
    private final Time time;
    private final URI url;
    private final HttpExchanges exchanges;
    private final BatchJson json;

    /** For the service at {@code http.url}, which has to be there. */
    HttpBatchProcessor(HttpConfig config, Time time) {
        this.config = config;
        this.time = time;
        this.url = Objects.requireNonNull(config.url(), "http.url");
        this.exchanges = new HttpExchanges(config, time);
        this.json = new BatchJson(config.maxResponseBytes(), time);
    }

    /** A batch of more than {@code http.batch.max.records} becomes several requests, one after the other. */
    @Override
    public void process(List<? extends BatchEntry> batch) throws IOException, InterruptedException {
        for (int from = 0; from < batch.size(); from += config.batchMaxRecords()) {
            send(batch.subList(from, Math.min(batch.size(), from + config.batchMaxRecords())));
        }
    }

    @Override
    public void close() {
        exchanges.close();
    }

    private void send(List<? extends BatchEntry> entries) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(url)
                .header("Content-Type", "application/json")
                .header("Spillway-Batch", Integer.toString(entries.size()))
                .POST(BodyPublishers.ofByteArray(json.request(entries)))
                .build();
        HttpAnswer answer = exchanges.exchange(request, config.timeout());
        HttpProcessor.requireSuccess(answer, time);
        if (!HttpStatus.isWithoutResult(answer.status())) {
            json.settle(entries, answer);
        }
    }
}
