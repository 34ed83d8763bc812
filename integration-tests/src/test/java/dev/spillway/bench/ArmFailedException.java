package dev.spillway.bench;

import java.io.Serial;

/** An arm did not do what it is there for; the benchmark goes on with the others, and says so. */
final class ArmFailedException extends Exception {
    @Serial
    private static final long serialVersionUID = 1;

    ArmFailedException(String message) {
        super(message);
    }
}
