package dev.spillway.cli;

import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Durations as people write them: {@code 500ms}, {@code 30s}, {@code 5m}, {@code 1h}, {@code 2d}, or ISO-8601. */
final class DurationText implements ITypeConverter<Duration> {
    private static final Pattern SHORT = Pattern.compile("(\\d{1,12})(ms|s|m|h|d)");

    /** All that follows counts in nanoseconds. */
    private static final Duration LONGEST = Duration.ofDays(36_500);

    @Override
    public Duration convert(String text) {
        Duration duration = parse(text);
        if (duration.isZero() || duration.isNegative()) {
            throw new TypeConversionException("'" + text + "' is not longer than nothing: use e.g. 30s");
        }
        return duration;
    }

    /**
     * Reads a duration.
     *
     * @throws TypeConversionException when it is none, with an example
     */
    static Duration parse(String text) {
        Matcher matcher = SHORT.matcher(text.strip().toLowerCase(Locale.ROOT));
        try {
            Duration duration =
                    matcher.matches() ? of(Long.parseLong(matcher.group(1)), matcher.group(2)) : Duration.parse(text);
            if (duration.compareTo(LONGEST) > 0) {
                throw new TypeConversionException("'" + text + "' is too long: use e.g. 1h");
            }
            return duration;
        } catch (DateTimeParseException e) {
            throw new TypeConversionException(
                    "'" + text + "' is not a duration: use e.g. 500ms, 30s, 5m, 1h, 2d or ISO-8601 as in PT1M30S");
        } catch (ArithmeticException e) {
            throw new TypeConversionException("'" + text + "' is too long: use e.g. 1h");
        }
    }

    /** A duration for people, to about three digits. */
    static String of(Duration duration) {
        double seconds = duration.toNanos() / 1e9;
        if (seconds < 1) {
            return decimals(seconds * 1000) + " ms";
        }
        if (seconds < 60) {
            return decimals(seconds) + " s";
        }
        if (seconds < 3600) {
            return duration.toMinutes() + " min " + duration.toSecondsPart() + " s";
        }
        return duration.toHours() + " h " + duration.toMinutesPart() + " min";
    }

    private static String decimals(double number) {
        String text = String.format(Locale.ROOT, number < 10 ? "%.2f" : number < 100 ? "%.1f" : "%.0f", number);
        return text.contains(".") ? text.replaceFirst("0+$", "").replaceFirst("\\.$", "") : text;
    }

    private static Duration of(long amount, String unit) {
        return switch (unit) {
            case "ms" -> Duration.ofMillis(amount);
            case "s" -> Duration.ofSeconds(amount);
            case "m" -> Duration.ofMinutes(amount);
            case "h" -> Duration.ofHours(amount);
            default -> Duration.ofDays(amount);
        };
    }
}
