package dev.spillway.cli;

import dev.spillway.inspect.Grouping;
import java.util.Arrays;
import java.util.Locale;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** What to count by, in small letters. */
final class GroupingText implements ITypeConverter<Grouping> {
    @Override
    public Grouping convert(String text) {
        return Arrays.stream(Grouping.values())
                .filter(grouping -> grouping.name().equalsIgnoreCase(text.strip()))
                .findFirst()
                .orElseThrow(() -> new TypeConversionException("'" + text + "' is nothing to count by: use "
                        + String.join(", ", names()) + ", or several, comma separated"));
    }

    private static Iterable<String> names() {
        return Arrays.stream(Grouping.values())
                .map(grouping -> grouping.name().toLowerCase(Locale.ROOT))
                .toList();
    }
}
