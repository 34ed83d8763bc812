package dev.spillway.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/** What benchmarks run on: a broker, JVMs for their arms, topics, a place for what they leave. For one thread. */
final class Bench implements AutoCloseable {
    /** How long a JVM that is warm needs from its first record until it is at its rate. */
    static final Duration SETTLING = Duration.ofSeconds(2);

    private static final Duration START = Duration.ofSeconds(60);

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

    /** Starts an arm that moves from one topic to another, in a JVM that nothing has worked in yet. */
    ArmProcess start(ArmSpec arm, String input, String output) throws IOException, ArmFailedException {
        ArmProcess process = startJvm(arm);
        process.begin(arm, settings(arm, input, output));
        return process;
    }

    /** Starts the JVM for an arm. */
    ArmProcess startJvm(ArmSpec arm) throws IOException {
        return ArmProcess.start(arm.name(), options.jvm(), log(arm.name()));
    }

    ArmSettings settings(ArmSpec arm, String input, String output) {
        return (arm.isSpillway() ? options.spillway() : ArmSettings.NONE)
                .withAll(options.producer())
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

    /** What a rate is of. */
    @FunctionalInterface
    interface Counter {
        /** How many records the arm is done with by now. */
        long count(ArmProcess process, String output);
    }

    /** How fast an arm moves what is in a topic, by what can be seen of it in its output. */
    Sample rate(ArmJvms jvms, ArmSpec arm, Input input) throws Exception {
        int partitions = input.spec().partitions();
        return rate(jvms, arm, input, (process, output) -> topics.visible(output, partitions));
    }

    /** How fast an arm goes through what is in a topic. What its JVM does first, to be warm, does not count. */
    Sample rate(ArmJvms jvms, ArmSpec arm, Input input, Counter counter) throws Exception {
        RateMeter meter = new RateMeter(SETTLING, options.window());
        return jvms.use(arm, process -> {
            if (process.isFresh()) {
                warmUp(process, arm, input, counter, jvms.warmUp());
            }
            return turn(process, arm, input, counter, progress -> meter.measure(process, progress, records(input)));
        });
    }

    private void warmUp(ArmProcess process, ArmSpec arm, Input input, Counter counter, Duration atLeast)
            throws Exception {
        long end = System.nanoTime() + atLeast.toNanos();
        while (System.nanoTime() < end) {
            Sample unused = turn(process, arm, input, counter, progress -> {
                RateMeter.awaitCount(process, progress, 1, START);
                RateMeter.watch(process, progress, records(input), end);
                return Sample.NOTHING;
            });
        }
    }

    /** What is done while an arm works. */
    @FunctionalInterface
    private interface Watch {
        Sample over(RateMeter.Progress progress) throws Exception;
    }

    private Sample turn(ArmProcess process, ArmSpec arm, Input input, Counter counter, Watch watch) throws Exception {
        String output = topics.createOutput(input.spec().partitions());
        try {
            process.begin(arm, settings(arm, input.topic(), output));
            Sample sample = watch.over(() -> counter.count(process, output));
            return sample.with(process.stop());
        } finally {
            topics.deleteOutput(output);
        }
    }

    private static int records(Input input) {
        return input.spec().records();
    }

    /** Lets arms take turns at the same input, which is made for that. */
    void compare(ArmJvms jvms, Results results, String situation, InputSpec spec, List<ArmSpec> arms, int rounds)
            throws Exception {
        Input input = input("bench-" + results.name() + "-" + situation.replaceAll("[^A-Za-z0-9]+", "-"), spec);
        new Turns(results).take(situation, arms, rounds, arm -> rate(jvms, arm, input));
        topics.delete(input.topic());
    }

    @Override
    public void close() {
        topics.close();
    }
}
