package dev.spillway.processor;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.spillway.flow.CancellationToken;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps what a processor forwards and for how long it pauses; what is to be computed is computed at once. */
class CollectingContext implements ProcessorContext {
    private final List<byte @Nullable []> values = new ArrayList<>();
    private final List<Duration> pauses = new ArrayList<>();
    private final CancellationToken token = CancellationToken.root();

    /** The values that were forwarded, as text. */
    List<String> forwarded() {
        return values.stream()
                .map(value -> value == null ? "null" : new String(value, UTF_8))
                .toList();
    }

    /** The pauses that were asked for. */
    List<Duration> pauses() {
        return pauses;
    }

    void clear() {
        values.clear();
    }

    @Override
    public void forward(byte @Nullable [] value) {
        values.add(value);
    }

    @Override
    public void forward(byte @Nullable [] key, byte @Nullable [] value) {
        values.add(value);
    }

    @Override
    public void forward(byte @Nullable [] key, byte @Nullable [] value, Headers headers) {
        values.add(value);
    }

    @Override
    public void resumeAfter(Duration pause) {
        pauses.add(pause);
    }

    @Override
    public Duration paused() {
        return pauses.stream().reduce(Duration.ZERO, Duration::plus);
    }

    @Override
    public CancellationToken cancellation() {
        return token;
    }

    @Override
    public <T extends @Nullable Object> T cpuBound(Callable<T> work) throws Exception {
        return work.call();
    }

    @Override
    public Logger logger() {
        return LoggerFactory.getLogger(CollectingContext.class);
    }
}
