package dev.spillway.bench;

import java.util.ArrayList;
import java.util.List;

/** The threads of an arm that loops until it is told to stop. */
final class Loops {
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean going = true;

    /** Starts so many threads that do the same. */
    void start(int count, Runnable loop) {
        for (int i = 1; i <= count; i++) {
            Thread thread = new Thread(loop, "loop-" + i);
            threads.add(thread);
            thread.start();
        }
    }

    boolean go() {
        return going;
    }

    /** Returns when all have ended. */
    void end() throws InterruptedException {
        going = false;
        for (Thread thread : threads) {
            thread.join();
        }
    }
}
