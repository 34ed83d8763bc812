package dev.spillway.cli;

import dev.spillway.inspect.ReadStart;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * Where to begin, as somebody wrote it.
 *
 * @param start a fixed start, or null for a time before now
 * @param ago how long before now; nothing when the start is fixed
 */
record FromText(@Nullable ReadStart start, Duration ago) {

    ReadStart at(long nowMillis) {
        return start != null
                ? start
                : new ReadStart.Since(Instant.ofEpochMilli(nowMillis).minus(ago));
    }

    static final class Converter implements ITypeConverter<FromText> {
        @Override
        public FromText convert(String text) {
            return switch (text.strip().toLowerCase(Locale.ROOT)) {
                case "beginning" -> new FromText(new ReadStart.Beginning(), Duration.ZERO);
                case "latest" -> new FromText(new ReadStart.Latest(), Duration.ZERO);
                default -> time(text);
            };
        }

        private static FromText time(String text) {
            try {
                return new FromText(new ReadStart.Since(Instant.parse(text)), Duration.ZERO);
            } catch (DateTimeParseException e) {
                return ago(text);
            }
        }

        private static FromText ago(String text) {
            try {
                return new FromText(null, new DurationText().convert(text));
            } catch (TypeConversionException e) {
                throw new TypeConversionException("'" + text
                        + "' is no place to begin: use beginning, latest, a time ago as in 10m, or an instant as in"
                        + " 2026-01-31T12:00:00Z");
            }
        }
    }
}
