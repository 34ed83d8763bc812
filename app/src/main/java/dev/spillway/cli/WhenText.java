package dev.spillway.cli;

import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * A moment, as somebody wrote it.
 *
 * @param instant the moment, or null for a time before now
 * @param ago how long before now; nothing when the moment is fixed
 */
record WhenText(@Nullable Instant instant, Duration ago) {

    Instant at(long nowMillis) {
        return instant != null ? instant : Instant.ofEpochMilli(nowMillis).minus(ago);
    }

    static final class Converter implements ITypeConverter<WhenText> {
        @Override
        public WhenText convert(String text) {
            try {
                return new WhenText(Instant.parse(text.strip()), Duration.ZERO);
            } catch (DateTimeParseException e) {
                return ago(text);
            }
        }

        private static WhenText ago(String text) {
            try {
                return new WhenText(null, new DurationText().convert(text));
            } catch (TypeConversionException e) {
                throw new TypeConversionException("'" + text
                        + "' is no moment: use a time ago as in 10m, or an instant as in 2026-01-31T12:00:00Z");
            }
        }
    }
}
