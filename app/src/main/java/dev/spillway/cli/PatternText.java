package dev.spillway.cli;

import dev.spillway.load.RatePattern;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * How the rate changes, from the rate that the load has at its start: {@code constant}, {@code ramp:TO@D}, {@code steps:R,R,...@D}
 * or {@code sine:A@D}.
 *
 * @param text as somebody wrote it
 * @param kind what comes before the colon
 * @param rates what comes between the colon and the at sign
 * @param time what comes after it
 */
record PatternText(String text, Kind kind, List<Double> rates, Duration time) {
    private static final String EXAMPLE =
            "use constant, ramp:1000@30s (to 1000 a second within 30 s), steps:500,1000@10s"
                    + " (these after --rate, each for 10 s, and again) or sine:50@1m (50 up and down in each minute)";

    enum Kind {
        CONSTANT,
        RAMP,
        STEPS,
        SINE
    }

    PatternText {
        rates = List.copyOf(rates);
    }

    /**
     * The pattern.
     *
     * @param start records a second at the start
     * @throws IllegalArgumentException when the two do not go together; says what to change
     */
    RatePattern from(double start) {
        return switch (kind) {
            case CONSTANT -> RatePattern.constant(start);
            case RAMP -> ramp(start);
            case STEPS -> steps(start);
            case SINE -> sine(start);
        };
    }

    private RatePattern steps(double start) {
        requireLoad(start);
        return new RatePattern.Steps(
                Stream.concat(Stream.of(start), rates.stream()).toList(), time);
    }

    private void requireLoad(double start) {
        if (start == 0 && rates.stream().allMatch(rate -> rate == 0)) {
            throw new IllegalArgumentException("--rate 0 --pattern " + text + " is no load: let a rate be above 0");
        }
    }

    private RatePattern ramp(double start) {
        requireLoad(start);
        return new RatePattern.Ramp(start, rates.get(0), time);
    }

    private RatePattern sine(double start) {
        if (start == 0 || rates.get(0) > start) {
            throw new IllegalArgumentException("--pattern " + text + " would go below 0 from --rate " + start
                    + ": let the rate be at least as high as the swing, and above 0");
        }
        return new RatePattern.Sine(start, rates.get(0), time);
    }

    static final class Converter implements ITypeConverter<PatternText> {
        @Override
        public PatternText convert(String text) {
            if (text.strip().equals("constant")) {
                return new PatternText(text, Kind.CONSTANT, List.of(), Duration.ZERO);
            }
            int colon = text.indexOf(':');
            int at = text.lastIndexOf('@');
            if (colon < 0 || at < colon) {
                throw mistake(text);
            }
            PatternText pattern = new PatternText(
                    text,
                    kind(text, text.substring(0, colon)),
                    rates(text, text.substring(colon + 1, at)),
                    time(text, text.substring(at + 1)));
            if (pattern.kind() != Kind.STEPS && pattern.rates().size() != 1) {
                throw mistake(text);
            }
            return pattern;
        }

        private static Kind kind(String text, String name) {
            return switch (name.strip()) {
                case "ramp" -> Kind.RAMP;
                case "steps" -> Kind.STEPS;
                case "sine" -> Kind.SINE;
                default -> throw mistake(text);
            };
        }

        private static List<Double> rates(String text, String numbers) {
            List<Double> rates = new ArrayList<>();
            for (String number : numbers.split(",", -1)) {
                rates.add(rate(text, number));
            }
            return rates;
        }

        private static double rate(String text, String number) {
            try {
                double rate = Double.parseDouble(number.strip().replace("_", ""));
                if (rate >= 0 && rate <= LoadOptions.HIGHEST_RATE) {
                    return rate;
                }
            } catch (NumberFormatException e) {
                // The sentence below fits.
            }
            throw mistake(text);
        }

        private static Duration time(String text, String duration) {
            try {
                return new DurationText().convert(duration);
            } catch (TypeConversionException e) {
                throw mistake(text);
            }
        }

        private static TypeConversionException mistake(String text) {
            return new TypeConversionException("'" + text + "' is no pattern of rates: " + EXAMPLE);
        }
    }
}
