package dev.spillway.telemetry;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/** The samples of the last ten minutes, a second each. One thread adds, any thread reads. */
final class History {
    static final int SAMPLES = 600;

    private final ReentrantLock lock = new ReentrantLock();

    @GuardedBy("lock")
    private final Deque<Sample> samples = new ArrayDeque<>(SAMPLES);

    void add(Sample sample) {
        lock.lock();
        try {
            if (samples.size() == SAMPLES) {
                samples.removeFirst();
            }
            samples.addLast(sample);
        } finally {
            lock.unlock();
        }
    }

    /** From the oldest to the newest. */
    List<Sample> all() {
        lock.lock();
        try {
            return List.copyOf(samples);
        } finally {
            lock.unlock();
        }
    }
}
