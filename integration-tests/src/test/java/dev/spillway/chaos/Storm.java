package dev.spillway.chaos;

import dev.spillway.ThreeBrokers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Fault after fault, some of them two at a time, each a few seconds after the last one is over. For one thread. */
final class Storm {
    private final ThreeBrokers brokers;
    private final Crew crew;
    private final Random random;
    private final long start = System.nanoTime();
    private final List<Incident> incidents = new ArrayList<>();

    Storm(ThreeBrokers brokers, Crew crew, Random random) {
        this.brokers = brokers;
        this.crew = crew;
        this.random = random;
    }

    /** Rages for a while and returns what has happened; the last faults are over then. */
    List<Incident> rage(Duration duration) throws Exception {
        while (secondsSince(start) < duration.toSeconds()) {
            calm(seconds(2, 6));
            crew.requireAlive();
            Fault fault = Fault.any(random);
            if (random.nextInt(4) == 0) {
                suffer(fault, () -> suffer(fault.another(random), () -> calm(length())));
            } else {
                suffer(fault, () -> calm(length()));
            }
        }
        return incidents;
    }

    private interface Meanwhile {
        void happens() throws Exception;
    }

    private void suffer(Fault fault, Meanwhile meanwhile) throws Exception {
        double began = secondsSince(start);
        System.out.printf("%7.1f s  %s%n", began, fault);
        Injury injury = fault.strike(brokers, crew, random);
        try {
            meanwhile.happens();
        } finally {
            injury.heal();
        }
        double ended = secondsSince(start);
        System.out.printf("%7.1f s  %s is over%n", ended, fault);
        incidents.add(new Incident(fault, began, ended - began, System.nanoTime()));
    }

    /** Mostly a hiccup; now and then longer than any session or transaction. */
    private double length() {
        return random.nextInt(3) == 0 ? seconds(8, 14) : seconds(0, 4);
    }

    private double seconds(int least, int most) {
        return least + random.nextDouble() * (most - least);
    }

    private static void calm(double seconds) {
        long end = System.nanoTime() + (long) (seconds * TimeUnit.SECONDS.toNanos(1));
        for (long left = end - System.nanoTime(); left > 0; left = end - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }

    private static double secondsSince(long nanos) {
        return (System.nanoTime() - nanos) / 1e9;
    }
}
