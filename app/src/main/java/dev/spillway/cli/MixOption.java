package dev.spillway.cli;

import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Kinds of jobs with their weights, as {@code cpu=60,io=30,delay=10}. */
record MixOption(Map<Kind, Integer> weights) {
    enum Kind {
        CPU,
        IO,
        DELAY
    }

    MixOption {
        weights = Map.copyOf(weights);
    }

    int weight(Kind kind) {
        return weights.getOrDefault(kind, 0);
    }

    static final class Converter implements ITypeConverter<MixOption> {
        private static final String EXAMPLE = "use e.g. cpu=60,delay=40 (kinds are cpu, io and delay)";

        @Override
        public MixOption convert(String text) {
            Map<Kind, Integer> weights = new EnumMap<>(Kind.class);
            for (String part : text.split(",", -1)) {
                int equals = part.indexOf('=');
                if (equals < 0) {
                    throw new TypeConversionException("'" + part + "' is not a kind with its weight: " + EXAMPLE);
                }
                if (weights.put(kind(part.substring(0, equals)), weight(part.substring(equals + 1))) != null) {
                    throw new TypeConversionException("'" + part + "' names a kind again: " + EXAMPLE);
                }
            }
            if (weights.values().stream().allMatch(weight -> weight == 0)) {
                throw new TypeConversionException("'" + text + "' gives no kind a weight: " + EXAMPLE);
            }
            return new MixOption(weights);
        }

        private static Kind kind(String name) {
            try {
                return Kind.valueOf(name.strip().toUpperCase(Locale.ROOT));
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException("'" + name + "' is not a kind of job: " + EXAMPLE);
            }
        }

        private static int weight(String number) {
            try {
                int weight = Integer.parseInt(number.strip());
                if (weight >= 0 && weight <= 1_000_000) {
                    return weight;
                }
            } catch (NumberFormatException e) {
                // The sentence below fits.
            }
            throw new TypeConversionException("'" + number + "' is not a weight from 0 to 1000000: " + EXAMPLE);
        }
    }
}
