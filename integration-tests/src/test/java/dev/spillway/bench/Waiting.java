package dev.spillway.bench;

import java.util.concurrent.TimeUnit;

/** The work of a record: a wait, as for the answer of a service. */
final class Waiting {
    private Waiting() {}

    static void forMillis(long millis) {
        if (millis == 0) {
            return;
        }
        try {
            TimeUnit.MILLISECONDS.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("the arm is ended while it works", e);
        }
    }
}
