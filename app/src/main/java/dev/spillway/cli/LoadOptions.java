package dev.spillway.cli;

import dev.spillway.load.Burst;
import dev.spillway.load.Limit;
import dev.spillway.load.Load;
import dev.spillway.load.RatePattern;
import dev.spillway.load.Schedule;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/** Options that say how much load there is, and when. */
final class LoadOptions {
    static final double HIGHEST_RATE = 1e9;

    private final Mistakes mistakes;

    @ArgGroup(multiplicity = "1")
    private final Extent extent = new Extent();

    static final class Extent {
        @Option(names = "--count", required = true, paramLabel = "N", description = "Stop after so many records, ...")
        private @Nullable Long count;

        @Option(
                names = "--duration",
                required = true,
                paramLabel = "D",
                converter = DurationText.class,
                description = "... or after so long: 500ms, 30s, 5m, 1h.")
        private @Nullable Duration duration;
    }

    @Option(
            names = "--rate",
            paramLabel = "R",
            description = "Records a second, e.g. 500 or 0.5. Default: as fast as it can.")
    private @Nullable Double rate;

    @Option(
            names = "--pattern",
            paramLabel = "PATTERN",
            converter = PatternText.Converter.class,
            description = {
                "How the rate changes from --rate on, which it needs; constant by default.",
                "ramp:TO@D: to TO within D, and on at that.",
                "steps:R,R,...@D: D long as --rate says, then each of these as long, and again from the first.",
                "sine:A@D: A up and A down, once in each D."
            })
    private @Nullable PatternText pattern;

    @Option(
            names = "--burst",
            paramLabel = "N@D",
            converter = BurstText.class,
            description = "N more records every D, all at once, e.g. 1000@10s; needs --rate (0 for bursts alone).")
    private @Nullable Burst burst;

    @Option(
            names = "--threads",
            paramLabel = "N",
            defaultValue = "1",
            description =
                    "How many threads make records. With several the records are the same, but two that follow each"
                            + " other may change places. Default: ${DEFAULT-VALUE}.")
    private int threads;

    LoadOptions(Mistakes mistakes) {
        this.mistakes = mistakes;
    }

    /** Whether nothing is to be sent. */
    boolean isNothing() {
        return extent.count != null && extent.count == 0;
    }

    int threads() {
        mistakes.require(
                threads >= 1 && threads <= Load.MOST_THREADS,
                "--threads",
                threads,
                "a number of threads from 1 to " + Load.MOST_THREADS);
        return threads;
    }

    Schedule schedule() {
        Limit limit = limit();
        Double start = rate;
        if (start == null) {
            requireNothingPaced();
            return Schedule.asFastAsPossible(limit);
        }
        mistakes.require(
                start >= 0 && start <= HIGHEST_RATE, "--rate", start, "a number of records a second, e.g. 500 or 0.5");
        if (start == 0 && burst == null && pattern == null) {
            throw mistakes.misuse(
                    "--rate 0 is no load: give a rate, e.g. 100, or add bursts, e.g. --burst 1000@10s, or a pattern");
        }
        return Schedule.paced(rates(start), burst, limit);
    }

    private void requireNothingPaced() {
        if (burst != null) {
            throw mistakes.misuse(
                    "--burst needs --rate, because without it nothing could be faster: add e.g. --rate 100,"
                            + " or --rate 0 for bursts alone");
        }
        if (pattern != null) {
            throw mistakes.misuse("--pattern changes a rate, and nobody said which: add --rate, e.g. --rate 100");
        }
    }

    private RatePattern rates(double start) {
        try {
            return pattern == null ? RatePattern.constant(start) : pattern.from(start);
        } catch (IllegalArgumentException e) {
            throw mistakes.misuse(String.valueOf(e.getMessage()));
        }
    }

    private Limit limit() {
        Duration duration = extent.duration;
        if (duration != null) {
            return Limit.time(duration);
        }
        long count = extent.count == null ? 0 : extent.count;
        mistakes.require(count > 0, "--count", count, "a number of records, at least 1");
        return Limit.records(count);
    }
}
