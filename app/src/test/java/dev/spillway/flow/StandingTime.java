package dev.spillway.flow;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;

/** A clock that never moves, for model checks: whoever waits by it is woken by a signal or never. */
final class StandingTime implements Time {
    @Override
    public long nanoTime() {
        return 0;
    }

    @Override
    public long currentTimeMillis() {
        return 0;
    }

    @Override
    @SuppressWarnings("WaitNotInLoop") // the caller's loop is where the condition's meaning is known
    public long awaitUntil(Lock lock, Condition condition, long deadlineNanos) throws InterruptedException {
        condition.await();
        return deadlineNanos - nanoTime();
    }
}
