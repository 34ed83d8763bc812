package dev.spillway.cli;

import dev.spillway.inspect.ReadStart;
import dev.spillway.inspect.TimeWindow;
import dev.spillway.ledger.OriginRange;
import dev.spillway.replay.Glob;
import dev.spillway.replay.Selection;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** Options that choose tombstones or dead letters. */
final class SelectionOptions {
    @Option(
            names = "--from",
            paramLabel = "WHEN",
            converter = WhenText.Converter.class,
            description = "Only what was shed or failed at or after a time ago (10m), or an instant"
                    + " (2026-01-31T12:00:00Z).")
    private @Nullable WhenText from;

    @Option(
            names = "--to",
            paramLabel = "WHEN",
            converter = WhenText.Converter.class,
            description = "Only what was shed or failed before that. Default: now.")
    private @Nullable WhenText to;

    @Option(
            names = "--reason",
            paramLabel = "PATTERN",
            description = "Only for a reason that fits: * stands for any characters, ? for one.")
    private @Nullable String reason;

    @Option(names = "--key", paramLabel = "PATTERN", description = "Only keys that fit, as 'drops' shows them.")
    private @Nullable String key;

    @Option(names = "--stage", paramLabel = "PATTERN", description = "Only from a stage that fits.")
    private @Nullable String stage;

    @Option(
            names = "--origin",
            paramLabel = "ORIGIN",
            split = ",",
            converter = OriginRanges.class,
            description = "Only records that came from there: orders-3 (a partition), orders-3@17, or orders-3@17..40;"
                    + " several, comma separated.")
    private List<OriginRange> origins = new ArrayList<>();

    TimeWindow window(long nowMillis) {
        ReadStart start = from == null ? new ReadStart.Beginning() : new ReadStart.Since(from.at(nowMillis));
        return new TimeWindow(start, to == null ? Instant.ofEpochMilli(nowMillis) : to.at(nowMillis));
    }

    /** Topics that records were to come from and cannot, because they are no inputs. */
    List<String> strangers(Set<String> inputs) {
        return origins.stream()
                .map(OriginRange::topic)
                .filter(topic -> !inputs.contains(topic))
                .distinct()
                .toList();
    }

    Selection in(TimeWindow window) {
        return new Selection(window, glob(reason), glob(key), glob(stage), origins);
    }

    /** What makes one selection another one: a time ago counts as it was typed, not as what it comes to. */
    List<String> asTyped() {
        return List.of(
                String.valueOf(from),
                String.valueOf(to),
                String.valueOf(reason),
                String.valueOf(key),
                String.valueOf(stage),
                origins.toString());
    }

    private static @Nullable Glob glob(@Nullable String pattern) {
        return pattern == null ? null : new Glob(pattern);
    }

    static final class OriginRanges implements ITypeConverter<OriginRange> {
        @Override
        public OriginRange convert(String text) {
            return OriginRange.parse(text.strip())
                    .orElseThrow(() -> new TypeConversionException("'" + text
                            + "' names no origins: use topic-partition as in orders-3, with an offset as in"
                            + " orders-3@17, or with several as in orders-3@17..40"));
        }
    }
}
