package dev.spillway.bench;

import static java.util.stream.Collectors.toUnmodifiableSet;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Properties;
import java.util.Set;

/**
 * What is measured, and how long; an empty property stands for its default.
 *
 * @param quick {@code bench.quick}: fewer cases and shorter runs, for a first look
 * @param only {@code bench.only}: names of benchmarks, separated by commas; none for all, or if quick for those of a first look
 * @param rounds {@code bench.rounds}: how often each arm has its turn, after a first round that does not count (5; 1 if quick,
 *     without a first round)
 * @param seconds {@code bench.seconds}: how long an overload lasts (60; 8 if quick)
 * @param warmUp {@code bench.warm.up.seconds}: how long an arm moves records before its rate counts (8; 3 if quick)
 * @param window {@code bench.window.seconds}: for how long it counts then (6; 3 if quick)
 * @param records {@code bench.records}: how many records of 200 bytes are there to be moved at the most (8,000,000; 2,000,000 if quick);
 *     fewer if they are larger
 * @param spillway {@code bench.spillway}: settings for all sidecars, as in {@code workers=4,queue.capacity=2000}
 * @param jvm {@code bench.jdk}: the JDK of the arms (the one that this runs on); {@code bench.heap}: their heap (512m)
 */
record BenchOptions(
        boolean quick,
        Set<String> only,
        int rounds,
        int seconds,
        Duration warmUp,
        Duration window,
        int records,
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
                Duration.ofSeconds(given.number("bench.warm.up.seconds", quick ? 3 : 8)),
                Duration.ofSeconds(given.number("bench.window.seconds", quick ? 3 : 6)),
                given.number("bench.records", quick ? 2_000_000 : 8_000_000),
                own(given.text("bench.spillway", "")),
                new ChildJvm(
                        Path.of(given.text("bench.jdk", System.getProperty("java.home"))),
                        given.text("bench.heap", "512m")));
    }

    /** Whether one round goes before those that count. */
    boolean warmUpRound() {
        return !quick;
    }

    boolean includes(Benchmark benchmark) {
        return only.isEmpty() ? !quick || benchmark.isForFirstLook() : only.contains(benchmark.name());
    }

    private static ArmSettings own(String text) {
        ArmSettings settings = ArmSettings.NONE;
        for (String setting : text.split(",", -1)) {
            int end = setting.indexOf('=');
            if (end > 0) {
                settings = settings.with(SpillwayArm.OWN + setting.substring(0, end), setting.substring(end + 1));
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
