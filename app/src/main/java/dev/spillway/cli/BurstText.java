package dev.spillway.cli;

import dev.spillway.load.Burst;
import java.time.Duration;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Bursts as {@code 1000@10s}. */
final class BurstText implements ITypeConverter<Burst> {
    private static final String EXAMPLE = "use e.g. 1000@10s for 1000 more records every 10 seconds";

    @Override
    public Burst convert(String text) {
        int at = text.indexOf('@');
        if (at < 0) {
            throw new TypeConversionException("'" + text + "' is not a burst: " + EXAMPLE);
        }
        return new Burst(records(text, text.substring(0, at)), every(text, text.substring(at + 1)));
    }

    private static long records(String text, String number) {
        try {
            int records = Integer.parseInt(number);
            if (records > 0) {
                return records;
            }
        } catch (NumberFormatException e) {
            // The sentence below fits.
        }
        throw new TypeConversionException("'" + number + "' in '" + text + "' is not a number of records: " + EXAMPLE);
    }

    private static Duration every(String text, String duration) {
        try {
            return new DurationText().convert(duration);
        } catch (TypeConversionException e) {
            throw new TypeConversionException(
                    "'" + duration + "' in '" + text + "' is not a time between bursts: " + EXAMPLE);
        }
    }
}
