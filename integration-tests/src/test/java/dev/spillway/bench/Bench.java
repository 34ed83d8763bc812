package dev.spillway.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/** What benchmarks run on: a broker, JVMs for their arms, topics, a place for what they leave. For one thread. */
final class Bench implements AutoCloseable {
    private final BenchOptions options;
    private final String bootstrapServers;
    private final Path directory;
    private final BenchTopics topics;
    private int logs;

    /**
     * Prepares it.
     *
     * @param directory for logs of arms and for other files
     */
    Bench(BenchOptions options, String bootstrapServers, Path directory) {
        this.options = options;
        this.bootstrapServers = bootstrapServers;
        this.directory = directory;
        this.topics = new BenchTopics(bootstrapServers);
    }

    BenchOptions options() {
        return options;
    }

    String bootstrapServers() {
        return bootstrapServers;
    }

    BenchTopics topics() {
        return topics;
    }

    Path directory() {
        return directory;
    }

    Input input(String topic, InputSpec spec) throws Exception {
        return Input.fill(bootstrapServers, topics, topic, spec);
    }

    /** Starts an arm that moves from one topic to another. */
    ArmProcess start(ArmSpec arm, String input, String output) throws IOException {
        return ArmProcess.start(arm, settings(arm, input, output), options.jvm(), log(arm.name()));
    }

    ArmSettings settings(ArmSpec arm, String input, String output) {
        return (arm.isSpillway() ? options.spillway() : ArmSettings.NONE)
                .withAll(arm.settings())
                .with("bootstrap.servers", bootstrapServers)
                .with("input", input)
                .with("output", output);
    }

    /** The file for what an arm says on standard error. */
    Path log(String arm) throws IOException {
        Path all = Files.createDirectories(directory.resolve("logs"));
        return all.resolve(String.format(Locale.ROOT, "%03d-%s.log", ++logs, arm.replaceAll("[^A-Za-z0-9]+", "-")));
    }

    /** How fast an arm moves what is in a topic, by what can be seen of it in its output. */
    Sample rate(ArmSpec arm, Input input) throws Exception {
        return rate(arm, input, options.warmUp(), options.window());
    }

    Sample rate(ArmSpec arm, Input input, Duration warmUp, Duration window) throws Exception {
        int partitions = input.spec().partitions();
        String output = topics.createOutput(partitions);
        try (ArmProcess process = start(arm, input.topic(), output)) {
            Sample sample = new RateMeter(warmUp, window)
                    .measure(
                            process,
                            () -> topics.visible(output, partitions),
                            input.spec().records());
            return sample.with(process.stop());
        } finally {
            topics.deleteOutput(output);
        }
    }

    /** Lets arms take turns at the same input, which is made for that. */
    void compare(Results results, String situation, InputSpec spec, List<ArmSpec> arms, int rounds) throws Exception {
        Input input = input("bench-" + results.name() + "-" + situation.replaceAll("[^A-Za-z0-9]+", "-"), spec);
        new Turns(options, results).take(situation, arms, rounds, arm -> rate(arm, input));
        topics.delete(input.topic());
    }

    @Override
    public void close() {
        topics.close();
    }
}
