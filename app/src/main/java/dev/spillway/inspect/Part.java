package dev.spillway.inspect;

import java.util.Optional;

/**
 * Which of a record's results one is: the value of the header {@code spillway.part}.
 *
 * @param index counted from 1
 * @param count how many results the record gave
 */
record Part(int index, int count) {
    /** The only result of its record. */
    static final Part WHOLE = new Part(1, 1);

    /** No transaction holds as many results of one record. */
    private static final int MOST = 1 << 20;

    /** Reads {@code i/n}; empty when the text is something else. */
    static Optional<Part> parse(String text) {
        int slash = text.indexOf('/');
        if (slash < 0) {
            return Optional.empty();
        }
        try {
            int index = Integer.parseInt(text.substring(0, slash));
            int count = Integer.parseInt(text.substring(slash + 1));
            return index < 1 || index > count || count > MOST ? Optional.empty() : Optional.of(new Part(index, count));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    boolean isWhole() {
        return count == 1;
    }
}
