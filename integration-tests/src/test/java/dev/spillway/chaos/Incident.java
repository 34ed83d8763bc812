package dev.spillway.chaos;

/**
 * A fault that has happened.
 *
 * @param began when, in seconds after the beginning
 * @param lasted for how many seconds
 * @param healedAtNanos when it was over, in the time of {@link System#nanoTime}
 */
record Incident(Fault fault, double began, double lasted, long healedAtNanos) {}
