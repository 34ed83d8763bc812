package dev.spillway.flow;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;

enum SystemTime implements Time {
    INSTANCE;

    @Override
    public long nanoTime() {
        return System.nanoTime();
    }

    @Override
    public long currentTimeMillis() {
        return System.currentTimeMillis();
    }

    @Override
    @SuppressWarnings("WaitNotInLoop") // the caller's loop is where the condition's meaning is known
    public long awaitUntil(Lock lock, Condition condition, long deadlineNanos) throws InterruptedException {
        return condition.awaitNanos(deadlineNanos - System.nanoTime());
    }
}
