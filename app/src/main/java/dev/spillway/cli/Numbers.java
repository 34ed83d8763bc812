package dev.spillway.cli;

import java.util.function.Function;
import picocli.CommandLine;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Numbers in options; a mistake is named in words of people, not of Java. */
final class Numbers {
    private Numbers() {}

    static void register(CommandLine commandLine) {
        ITypeConverter<Integer> ints = text -> parse(text, Integer::valueOf, "a whole number");
        ITypeConverter<Long> longs = text -> parse(text, Long::valueOf, "a whole number");
        ITypeConverter<Double> doubles = text -> parse(text, Double::valueOf, "a number");
        commandLine
                .registerConverter(int.class, ints)
                .registerConverter(Integer.class, ints)
                .registerConverter(long.class, longs)
                .registerConverter(Long.class, longs)
                .registerConverter(double.class, doubles)
                .registerConverter(Double.class, doubles);
    }

    private static <T> T parse(String text, Function<String, T> parser, String what) {
        try {
            // People write 1_000_000 in most languages, and so may they here.
            return parser.apply(text.strip().replace("_", ""));
        } catch (NumberFormatException e) {
            throw new TypeConversionException("'" + text + "' is not " + what + ", or too large: use e.g. 1000");
        }
    }
}
