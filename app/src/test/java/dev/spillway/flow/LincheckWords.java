package dev.spillway.flow;

/** Turns results into text; a class of its own so that the model checker does not look into it. */
final class LincheckWords {
    private LincheckWords() {}

    static String of(Object result) {
        return result.toString();
    }
}
