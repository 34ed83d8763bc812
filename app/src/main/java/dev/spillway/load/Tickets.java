package dev.spillway.load;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** Deals a schedule's records out to the threads that send them. Thread-safe; the lock guards the schedule. */
final class Tickets {
    private final Lock lock = new ReentrantLock();

    @GuardedBy("lock")
    private final Schedule schedule;

    @GuardedBy("lock")
    private long dealt;

    /**
     * A record that one thread sends.
     *
     * @param record its number
     * @param due when, in nanoseconds since the start
     */
    record Ticket(long record, long due) {}

    Tickets(Schedule schedule) {
        this.schedule = schedule;
    }

    /** The next record; null when there is none left. */
    @Nullable
    Ticket next(long elapsedNanos) {
        lock.lock();
        try {
            long due = schedule.next(elapsedNanos);
            return due == Schedule.END ? null : new Ticket(dealt++, due);
        } finally {
            lock.unlock();
        }
    }

    /** What the schedule has asked for so far. */
    LoadReport.Offer offer(long elapsedNanos) {
        lock.lock();
        try {
            return new LoadReport.Offer(schedule.offered(elapsedNanos), schedule.span(elapsedNanos));
        } finally {
            lock.unlock();
        }
    }
}
