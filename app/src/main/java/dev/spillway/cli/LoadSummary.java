package dev.spillway.cli;

import dev.spillway.load.Generator;
import dev.spillway.load.Latencies;
import dev.spillway.load.LoadReport;
import java.util.Locale;

/** What a generated load came to, for people. */
final class LoadSummary {
    private final LoadReport report;
    private final String topic;
    private final boolean paced;
    private final boolean stopped;

    LoadSummary(LoadReport report, String topic, boolean paced, boolean stopped) {
        this.report = report;
        this.topic = topic;
        this.paced = paced;
        this.stopped = stopped;
    }

    String text() {
        StringBuilder text = new StringBuilder();
        text.append(String.format(
                Locale.ROOT,
                "%s%,d records to %s in %s%n",
                stopped ? "stopped: " : "",
                report.handedOver(),
                topic,
                DurationText.of(report.elapsed())));
        if (paced) {
            text.append(rate("offered", report.offeredPerSecond()));
        }
        text.append(rate("achieved", report.achievedPerSecond()));
        text.append(line("delivered", report.acknowledged(), ""));
        text.append(line("failed", report.failed(), ""));
        if (paced) {
            text.append(line("late", report.late(), lateness()));
        }
        if (report.acknowledged() > 0) {
            text.append(String.format(Locale.ROOT, "  %-10s %s%n", "latency", latencies()));
        }
        return text.toString();
    }

    private String latencies() {
        Latencies latencies = report.answers().latencies();
        return "50 % " + DurationText.of(latencies.p50())
                + ", 90 % " + DurationText.of(latencies.p90())
                + ", 99 % " + DurationText.of(latencies.p99())
                + ", 99.9 % " + DurationText.of(latencies.p999())
                + ", longest " + DurationText.of(latencies.max())
                + (paced
                        ? "   from when it was due to its acknowledgement"
                        : "   from its sending to its acknowledgement");
    }

    private static String rate(String name, double perSecond) {
        return String.format(Locale.ROOT, "  %-10s %,14.0f   a second%n", name, perSecond);
    }

    /** Why records failed, in one sentence. */
    String failure(String first) {
        return String.format(
                Locale.ROOT,
                "%,d of %,d records were not delivered, the first because %s",
                report.failed(),
                report.handedOver(),
                first);
    }

    private String lateness() {
        return "   by more than " + DurationText.of(Generator.TOLERANCE) + "; the latest by "
                + DurationText.of(report.latest());
    }

    private static String line(String name, long count, String more) {
        return String.format(Locale.ROOT, "  %-10s %,14d%s%n", name, count, more);
    }
}
