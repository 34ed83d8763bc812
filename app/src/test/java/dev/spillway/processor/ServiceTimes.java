package dev.spillway.processor;

import java.time.Duration;

/** Lets tests of other packages say how long workers were busy. */
public final class ServiceTimes {
    private ServiceTimes() {}

    public static void add(Workers workers, long records, Duration each) {
        workers.serviceTime().add(records, records * each.toNanos());
    }
}
