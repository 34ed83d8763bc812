package dev.spillway.processor;

/** Books attempts that nobody made, for tests of who watches their counts. */
public final class Attempts {
    private Attempts() {}

    public static void add(Downstream downstream, long answered, long failed) {
        downstream.add(answered, failed);
    }
}
