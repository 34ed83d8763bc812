package dev.spillway.bench;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Properties;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Produced;
import org.jspecify.annotations.Nullable;

/**
 * Kafka Streams with the smallest topology that works and forwards. Its documentation recommends {@code exactly_once_v2} over its
 * predecessor, as many stream threads as there is parallelism to use, and nothing else that a topology without state could be tuned with.
 * It commits as the other arms do: every 100 ms exactly once, which is its default there, and every second at least once, in place
 * of its default of 30.
 */
final class StreamsArm implements Arm {
    /** For what its threads have in hand, one record after the other. */
    private static final Duration CLOSING = Duration.ofMinutes(2);

    private @Nullable KafkaStreams streams;
    private @Nullable Path stateDirectory;

    @Override
    public void start(ArmSettings settings) throws IOException {
        stateDirectory = Files.createTempDirectory("bench-streams");
        StreamsBuilder topology = new StreamsBuilder();
        topology.stream(settings.input(), Consumed.with(Serdes.ByteArray(), Serdes.ByteArray()))
                .peek((key, value) -> Waiting.forMillis(settings.workMillis()))
                .to(settings.output(), Produced.with(Serdes.ByteArray(), Serdes.ByteArray()));
        streams = new KafkaStreams(topology.build(), properties(settings, stateDirectory));
        streams.setUncaughtExceptionHandler(failure -> {
            failure.printStackTrace();
            Runtime.getRuntime().halt(1);
            return StreamThreadExceptionResponse.SHUTDOWN_APPLICATION;
        });
        streams.start();
    }

    private static Properties properties(ArmSettings settings, Path stateDirectory) {
        Properties properties = new Properties();
        properties.put(StreamsConfig.APPLICATION_ID_CONFIG, settings.output());
        properties.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, settings.bootstrapServers());
        properties.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, settings.threads());
        properties.put(StreamsConfig.STATE_DIR_CONFIG, stateDirectory.toString());
        properties.put(
                StreamsConfig.PROCESSING_GUARANTEE_CONFIG,
                settings.isExactlyOnce() ? StreamsConfig.EXACTLY_ONCE_V2 : StreamsConfig.AT_LEAST_ONCE);
        properties.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, settings.isExactlyOnce() ? 100 : 1000);
        Clients.tuning(settings).forEach((name, value) -> properties.put(StreamsConfig.producerPrefix(name), value));
        return properties;
    }

    @Override
    public void end() throws IOException {
        if (!requireNonNull(streams).close(CLOSING)) {
            throw new IllegalStateException("Kafka Streams has not ended within " + CLOSING.toSeconds() + " s");
        }
        requireNonNull(streams).cleanUp();
        Files.deleteIfExists(requireNonNull(stateDirectory));
    }
}
