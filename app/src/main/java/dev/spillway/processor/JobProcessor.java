package dev.spillway.processor;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.spillway.flow.Time;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Does JSON jobs: {@code {"id": …, "type": "cpu", "iterations": N}} computes, in the pool for that; {@code {"id": …, "type": "io",
 * "url": …}} fetches; {@code {"id": …, "type": "delay", "millis": N}} waits, without a worker. The result is JSON with {@code jobId}, {@code status},
 * {@code durationMicros} and {@code attempts}, and of a fetch with {@code httpStatus} and {@code bytes}. What is no such job fails for
 * good.
 */
final class JobProcessor implements Processor {
    private static final int INTERRUPT_CHECK = 0xFFFF;

    private final Time time;
    private final IoJob io;
    private final JsonMapper json = JsonMapper.builder(new com.fasterxml.jackson.core.JsonFactoryBuilder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(20)
                            .maxNumberLength(40)
                            .build())
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    JobProcessor(IoJob io, Time time) {
        this.time = time;
        this.io = io;
    }

    @Override
    public void process(InputRecord record, ProcessorContext context) throws Exception {
        JsonNode job = parse(record);
        String id = text(job, "id");
        ObjectNode result = json.createObjectNode().put("jobId", id).put("status", "ok");
        long start = time.nanoTime();
        switch (text(job, "type")) {
            case "cpu" -> compute(count(job, "iterations"), context);
            case "io" -> fetch(text(job, "url"), result);
            case "delay" -> {
                Duration left = Duration.ofMillis(count(job, "millis")).minus(context.paused());
                if (!left.isNegative() && !left.isZero()) {
                    context.resumeAfter(left);
                    return;
                }
            }
            default -> throw new PermanentFailureException("job type is none of cpu, io, delay");
        }
        result.put(
                        "durationMicros",
                        TimeUnit.NANOSECONDS.toMicros(context.paused().toNanos() + time.nanoTime() - start))
                .put("attempts", record.attempt());
        context.forward(bytes(result));
    }

    @Override
    public void close() {
        io.close();
    }

    private JsonNode parse(InputRecord record) {
        byte[] value = record.value();
        if (value == null || value.length == 0) {
            throw new PermanentFailureException("not a job: the record has no value");
        }
        try {
            JsonNode job = json.readTree(value);
            if (!job.isObject()) {
                throw new PermanentFailureException("not a job: the value is not a JSON object");
            }
            return job;
        } catch (JsonProcessingException e) {
            throw new PermanentFailureException("not a job: malformed JSON at " + place(e));
        } catch (IOException e) {
            throw new PermanentFailureException("not a job: malformed JSON");
        }
    }

    /** Jackson's own message would quote the record, whose content has no place in a header or a log. */
    private static String place(JsonProcessingException e) {
        var location = e.getLocation();
        return location == null ? "unknown place" : "byte " + Math.max(0, location.getByteOffset());
    }

    private static String text(JsonNode job, String field) {
        JsonNode value = job.path(field);
        if (!value.isTextual() && !value.isIntegralNumber()) {
            throw new PermanentFailureException("not a job: '" + field + "' is missing or not a text");
        }
        return value.asText();
    }

    private static long count(JsonNode job, String field) {
        JsonNode value = job.path(field);
        if (!value.isIntegralNumber() || !value.canConvertToLong() || value.longValue() < 0) {
            throw new PermanentFailureException("not a job: '" + field + "' is not a whole number of at least 0");
        }
        return value.longValue();
    }

    private static void compute(long iterations, ProcessorContext context) throws Exception {
        context.cpuBound(() -> {
            compute(iterations);
            return null;
        });
    }

    private void fetch(String url, ObjectNode result) throws IOException, InterruptedException {
        HttpAnswer answer = io.fetch(url);
        result.put("httpStatus", answer.status()).put("bytes", answer.body().length);
    }

    /** A loop that the compiler cannot remove: a linear congruential generator, whose end decides about an impossible branch. */
    private static void compute(long iterations) throws InterruptedException {
        long state = iterations;
        for (long i = 0; i < iterations; i++) {
            state = state * 6364136223846793005L + 1442695040888963407L;
            if ((i & INTERRUPT_CHECK) == INTERRUPT_CHECK && Thread.interrupted()) {
                throw new InterruptedException("interrupted after " + i + " iterations");
            }
        }
        if (state == 0 && iterations < 0) {
            throw new IllegalStateException();
        }
    }

    private byte[] bytes(ObjectNode node) {
        try {
            return json.writeValueAsBytes(node);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a result that is not JSON", e);
        }
    }
}
