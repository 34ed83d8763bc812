package dev.spillway.processor;

import dev.spillway.flow.Time;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import org.jspecify.annotations.Nullable;

/** Reads the value of the header {@code Retry-After} (RFC 9110): seconds, or a date as HTTP writes it today. */
final class RetryAfter {
    /** Some 31 years in seconds: more digits mean no more. */
    private static final int MOST_DIGITS = 9;

    private RetryAfter() {}

    /** How long to wait from now on; zero where the text is missing, in the past, or neither of the two forms. */
    static Duration parse(@Nullable String text, Time time) {
        if (text == null) {
            return Duration.ZERO;
        }
        String value = text.strip();
        if (value.matches("[0-9]+")) {
            String digits = value.replaceFirst("^0+(?=.)", "");
            return Duration.ofSeconds(digits.length() > MOST_DIGITS ? 999_999_999 : Integer.parseInt(digits));
        }
        try {
            Instant date = Instant.from(DateTimeFormatter.RFC_1123_DATE_TIME.parse(value));
            Duration left = Duration.between(Instant.ofEpochMilli(time.currentTimeMillis()), date);
            return left.isNegative() ? Duration.ZERO : left;
        } catch (DateTimeException | ArithmeticException e) {
            return Duration.ZERO;
        }
    }
}
