package dev.spillway.load;

import java.time.Duration;
import java.util.List;

/**
 * How the rate of a load changes with time, as the moments at which its records fall due. They depend on the arguments alone, and
 * are the same on every machine and Java. Immutable.
 */
public sealed interface RatePattern {
    /** The moment of a record that never falls due. */
    long NEVER = Long.MAX_VALUE;

    /** The same rate always; 0 for no records at all. */
    static RatePattern constant(double perSecond) {
        return new Constant(perSecond);
    }

    /**
     * When a record falls due.
     *
     * @param record its number, from 0
     * @return nanoseconds since the start, no less than those of the record before, or {@link #NEVER}
     */
    long at(long record);

    /** How many records fall due before a moment, in nanoseconds since the start. */
    default long before(long nanos) {
        long reached = 1;
        while (at(reached) < nanos && reached < Long.MAX_VALUE / 4) {
            reached *= 2;
        }
        long due = 0;
        long notDue = reached;
        while (due < notDue) {
            long middle = due + (notDue - due) / 2;
            if (at(middle) < nanos) {
                due = middle + 1;
            } else {
                notDue = middle;
            }
        }
        return due;
    }

    private static long nanos(double seconds) {
        return (long) (seconds * 1e9);
    }

    private static double seconds(Duration duration) {
        return duration.toNanos() / 1e9;
    }

    private static void require(boolean condition, String what) {
        if (!condition) {
            throw new IllegalArgumentException(what);
        }
    }

    /**
     * Even intervals.
     *
     * @param perSecond at least 0
     */
    record Constant(double perSecond) implements RatePattern {
        public Constant {
            require(perSecond >= 0, "a rate is not negative");
        }

        @Override
        public long at(long record) {
            return perSecond == 0 ? NEVER : (long) (record * 1e9 / perSecond);
        }
    }

    /**
     * From one rate to another in a straight line, and then on at that.
     *
     * @param from records a second at the start, at least 0
     * @param to records a second at the end, at least 0, and not 0 like the other
     * @param over how long the change takes, more than 0
     */
    record Ramp(double from, double to, Duration over) implements RatePattern {
        public Ramp {
            require(from >= 0 && to >= 0 && from + to > 0, "a ramp needs rates");
            require(over.toNanos() > 0, "a ramp needs time");
        }

        @Override
        public long at(long record) {
            double end = seconds(over);
            double onTheRamp = (from + to) / 2 * end;
            if (record >= onTheRamp) {
                return to == 0 ? NEVER : nanos(end + (record - onTheRamp) / to);
            }
            // The rate's integral, solved for the time in the form that stays exact where the ramp is nearly level.
            double slope = (to - from) / end;
            double root = StrictMath.sqrt(Math.max(0, from * from + 2 * slope * record));
            return record == 0 ? 0 : nanos(2 * record / (from + root));
        }
    }

    /**
     * One rate after the other, and then again from the first.
     *
     * @param perSecond the rates, at least 0 each and not all 0
     * @param each how long each lasts, more than 0
     */
    record Steps(List<Double> perSecond, Duration each) implements RatePattern {
        public Steps {
            perSecond = List.copyOf(perSecond);
            require(perSecond.stream().allMatch(rate -> rate >= 0), "a rate is not negative");
            require(perSecond.stream().anyMatch(rate -> rate > 0), "steps need a rate");
            require(each.toNanos() > 0, "steps need time");
        }

        @Override
        public long at(long record) {
            double step = seconds(each);
            double inOneRound =
                    perSecond.stream().mapToDouble(rate -> rate * step).sum();
            double round = Math.floor(record / inOneRound);
            double start = round * perSecond.size() * step;
            double left = record - round * inOneRound;
            for (double rate : perSecond) {
                if (left < rate * step) {
                    return nanos(start + left / rate);
                }
                left -= rate * step;
                start += step;
            }
            return nanos(start);
        }
    }

    /**
     * Up and down around a mean, upwards first.
     *
     * @param mean records a second, more than 0
     * @param amplitude by how much it goes up and down, from 0 to the mean
     * @param period of one up and down, more than 0
     */
    record Sine(double mean, double amplitude, Duration period) implements RatePattern {
        public Sine {
            require(mean > 0 && amplitude >= 0 && amplitude <= mean, "a rate is not negative");
            require(period.toNanos() > 0, "a sine needs a period");
        }

        @Override
        public long at(long record) {
            // It is ahead of its mean by no more than half a period brings.
            double ahead = amplitude * seconds(period) / Math.PI;
            long early = nanos(Math.max(0, (record - ahead) / mean - 1e-6));
            long late = nanos(record / mean) + 1;
            while (early < late) {
                long middle = early + (late - early) / 2;
                if (recordsUntil(middle / 1e9) < record) {
                    early = middle + 1;
                } else {
                    late = middle;
                }
            }
            return early;
        }

        private double recordsUntil(double time) {
            double turn = 2 * Math.PI / seconds(period);
            return mean * time + amplitude / turn * (1 - StrictMath.cos(turn * time));
        }
    }
}
