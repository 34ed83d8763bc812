package dev.spillway.bench;

import static java.util.stream.Collectors.toUnmodifiableSet;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Properties;
import java.util.Set;

/**
 * What is measured, and how long; an empty property stands for its default.
 *
 * @param quick {@code bench.quick}: fewer cases and shorter runs, for a first look
 * @param only {@code bench.only}: names of benchmarks, separated by commas; none for those whose {@link Benchmark.Occasion} it is
 * @param rounds {@code bench.rounds}: how often each arm has its turn (5; 1 if quick)
 * @param seconds {@code bench.seconds}: how long an overload lasts (60; 8 if quick)
 * @param warmUp {@code bench.warm.up.seconds}: how long an arm's JVM moves records before its first turn (12; 5 if quick); longer in
 *     one case of {@link ThroughputBenchmark}
 * @param window {@code bench.window.seconds}: for how long a turn counts (4)
 * @param records {@code bench.records}: how many records of 200 bytes are there to be moved at the most (4,000,000);
 *     fewer if they are larger
 * @param producer {@code bench.producer}: settings of all arms' producers, as in {@code compression.type=none,batch.size=16384}
 * @param spillway {@code bench.spillway}: settings for all sidecars, as in {@code workers=4,queue.capacity=2000}
 * @param jvm {@code bench.jdk}: the JDK of the arms (the one that this runs on); {@code bench.heap}: their heap (512m); {@code
 *     bench.jvm}: further options, with spaces between them
 */
record BenchOptions(
        boolean quick,
        Set<String> only,
        int rounds,
        int seconds,
        Duration warmUp,
        Duration window,
        int records,
        ArmSettings producer,
        ArmSettings spillway,
        ChildJvm jvm) {

    static BenchOptions of(Properties properties) {
        Given given = new Given(properties);
        boolean quick = Boolean.parseBoolean(given.text("bench.quick", "false"));
        return new BenchOptions(
                quick,
                Arrays.stream(given.text("bench.only", "").split(",", -1))
                        .map(String::strip)
                        .filter(name -> !name.isEmpty())
                        .collect(toUnmodifiableSet()),
                given.number("bench.rounds", quick ? 1 : 5),
                given.number("bench.seconds", quick ? 8 : 60),
                Duration.ofSeconds(given.number("bench.warm.up.seconds", quick ? 5 : 12)),
                Duration.ofSeconds(given.number("bench.window.seconds", 4)),
                given.number("bench.records", 4_000_000),
                settings(Clients.PRODUCER, given.text("bench.producer", "")),
                settings(SpillwayArm.OWN, given.text("bench.spillway", "")),
                new ChildJvm(
                        Path.of(given.text("bench.jdk", System.getProperty("java.home"))),
                        given.text("bench.heap", "512m"),
                        words(given.text("bench.jvm", ""))));
    }

    boolean includes(Benchmark benchmark) {
        if (!only.isEmpty()) {
            return only.contains(benchmark.name());
        }
        return switch (benchmark.occasion()) {
            case ALWAYS -> true;
            case UNLESS_QUICK -> !quick;
            case IF_NAMED -> false;
        };
    }

    private static List<String> words(String text) {
        return Arrays.stream(text.split(" ", -1))
                .filter(word -> !word.isEmpty())
                .toList();
    }

    private static ArmSettings settings(String prefix, String text) {
        ArmSettings settings = ArmSettings.NONE;
        for (String setting : text.split(",", -1)) {
            int end = setting.indexOf('=');
            if (end > 0) {
                settings = settings.with(prefix + setting.substring(0, end), setting.substring(end + 1));
            }
        }
        return settings;
    }

    private record Given(Properties properties) {
        String text(String name, String otherwise) {
            String value = properties.getProperty(name, "");
            return value.isBlank() ? otherwise : value.strip();
        }

        int number(String name, int otherwise) {
            String value = text(name, "");
            return value.isEmpty() ? otherwise : Integer.parseInt(value);
        }
    }
}
