package dev.spillway.cli;

import dev.spillway.load.Generator;
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
                "%s%,d records to %s in %s, %,.0f a second%n",
                stopped ? "stopped: " : "",
                report.handedOver(),
                topic,
                DurationText.of(report.elapsed()),
                report.perSecond()));
        text.append(line("delivered", report.acknowledged(), ""));
        text.append(line("failed", report.failed(), ""));
        if (paced) {
            text.append(line("late", report.late(), lateness()));
        }
        return text.toString();
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
