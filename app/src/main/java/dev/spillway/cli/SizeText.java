package dev.spillway.cli;

import dev.spillway.load.SizeChoice;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Sizes of values: {@code 100}, {@code 100-5000}, {@code exp:300} or {@code 100=90,5000=10}. */
final class SizeText implements ITypeConverter<SizeChoice> {
    private static final String EXAMPLE =
            "use e.g. 100, 100-5000 (any length between), exp:300 (exponential, mean 300) or"
                    + " 100=90,5000=10 (lengths with weights), in bytes up to " + SizeChoice.MOST_BYTES;

    private static final Pattern BETWEEN = Pattern.compile("(\\d+)-(\\d+)");
    private static final Pattern WEIGHTED = Pattern.compile("(\\d+)=(\\d+)");

    @Override
    public SizeChoice convert(String text) {
        try {
            return parse(text.strip());
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw new TypeConversionException("'" + text + "' is no size of values: " + EXAMPLE);
        }
    }

    private static SizeChoice parse(String text) {
        if (text.startsWith("exp:")) {
            return SizeChoice.exponential(number(text.substring("exp:".length())));
        }
        if (text.contains("=")) {
            return SizeChoice.weighted(weights(text));
        }
        Matcher between = BETWEEN.matcher(text);
        return between.matches()
                ? SizeChoice.between(number(between.group(1)), number(between.group(2)))
                : SizeChoice.fixed(number(text));
    }

    private static Map<Integer, Integer> weights(String text) {
        Map<Integer, Integer> weights = new LinkedHashMap<>();
        for (String part : text.split(",", -1)) {
            Matcher weighted = WEIGHTED.matcher(part.strip());
            if (!weighted.matches() || weights.put(number(weighted.group(1)), number(weighted.group(2))) != null) {
                throw new IllegalArgumentException(part);
            }
        }
        return weights;
    }

    private static int number(String text) {
        return Integer.parseInt(text.strip().replace("_", ""));
    }
}
