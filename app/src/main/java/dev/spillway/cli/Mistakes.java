package dev.spillway.cli;

import java.util.function.Function;
import picocli.CommandLine.ParameterException;

/** Makes the exceptions that tell of a mistake on the command line, for parts of a command that do not know which one they are of. */
final class Mistakes {
    private final Function<String, ParameterException> misuse;

    /** @param misuse makes an exception of a sentence */
    Mistakes(Function<String, ParameterException> misuse) {
        this.misuse = misuse;
    }

    ParameterException misuse(String sentence) {
        return misuse.apply(sentence);
    }

    void require(boolean condition, String option, Object value, String what) {
        if (!condition) {
            throw misuse(option + " " + value + " is not " + what);
        }
    }
}
