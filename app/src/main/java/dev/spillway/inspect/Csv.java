package dev.spillway.inspect;

import java.util.Arrays;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Lines of comma-separated values, as RFC 4180 has them but for the line's end. What is in records must not become a formula in
 * somebody's spreadsheet: a cell that would be taken for one begins with an apostrophe.
 */
final class Csv {
    private static final Pattern TO_QUOTE = Pattern.compile("[\",\r\n]|^ | $");
    private static final Pattern FORMULA = Pattern.compile("[=+@\t].*|-.*[^0-9.].*", Pattern.DOTALL);

    private Csv() {}

    static String line(String... cells) {
        return Arrays.stream(cells).map(Csv::cell).collect(Collectors.joining(","));
    }

    private static String cell(String text) {
        String harmless = FORMULA.matcher(text).matches() ? "'" + text : text;
        return TO_QUOTE.matcher(harmless).find() ? '"' + harmless.replace("\"", "\"\"") + '"' : harmless;
    }
}
