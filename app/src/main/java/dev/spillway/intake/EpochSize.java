package dev.spillway.intake;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How many outcomes an epoch may have, so that Kafka can take what becomes of them before a transaction times out. Where Kafka takes
 * outputs more slowly than records come (a quota, a slow disk), an epoch would otherwise have those of all that has come while the one before it
 * waited; and after it was given up the next one would hold even more, and so on for ever.
 *
 * <p>Half as many after an epoch that was given up, a quarter fewer after a commit that took a quarter of the transaction time-out, and
 * twice as many after a quick commit of an epoch that came near (after Chiu, Jain: Analysis of the Increase and Decrease Algorithms for
 * Congestion Avoidance, Computer Networks and ISDN Systems 17, 1989; it doubles because a quick commit says that there is much room
 * left). Without a bound as long as Kafka is quick. The consumer loop's own.
 */
final class EpochSize {
    /** One of so many is quick, whatever it waits for. */
    static final long LEAST = 100;

    private static final long UNBOUNDED = Long.MAX_VALUE;

    /** What no epoch comes near to. */
    private static final long ENOUGH = 1L << 32;

    private final @Nullable Duration transactionTimeout;
    private long most = UNBOUNDED;

    /**
     * Without a bound.
     *
     * @param transactionTimeout what commits are measured by; null where no transaction times out
     */
    EpochSize(@Nullable Duration transactionTimeout) {
        this.transactionTimeout = transactionTimeout;
    }

    /** How many more an epoch with so many records should get. */
    long room(long records) {
        return Math.max(0, most - records);
    }

    /** An epoch of so many records was given up because it took too long, or Kafka failed it. */
    void givenUp(long records) {
        most = Math.max(LEAST, Math.min(most, records) / 2);
    }

    /**
     * An epoch of so many records was committed.
     *
     * @param lasted from its first record to its commit's end: where that is long, more records might take too long
     * @param commit the part of it that the commit took
     */
    void committed(long records, Duration lasted, Duration commit) {
        if (transactionTimeout == null) {
            grow(records);
        } else if (commit.multipliedBy(4).compareTo(transactionTimeout) >= 0) {
            most = Math.max(LEAST, Math.min(most, records) / 4 * 3);
        } else if (commit.multipliedBy(8).compareTo(transactionTimeout) < 0
                && lasted.multipliedBy(4).compareTo(transactionTimeout) < 0) {
            grow(records);
        }
    }

    private void grow(long records) {
        if (most != UNBOUNDED && records >= most / 2) {
            most = most < ENOUGH ? most * 2 : UNBOUNDED;
        }
    }
}
