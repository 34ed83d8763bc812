package dev.spillway.processor;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Forwards records, and keeps a log of who was processed beside and after whom. A record whose value begins with {@code twice} fails at
 * its first attempt; while {@link #down} is set, everything fails. Its state is shared by all instances in the process: reset it first.
 */
public final class WatchedProcessor implements Processor {
    private static final Object LOCK = new Object();
    private static final Set<String> BUSY = new HashSet<>();
    private static final Map<String, List<Long>> DONE = new HashMap<>();
    private static final List<String> OVERLAPS = new ArrayList<>();
    private static int busyAtOnce;
    private static int failures;
    private static volatile boolean down;

    /** Forgets everything. */
    public static void reset(boolean isDown) {
        synchronized (LOCK) {
            BUSY.clear();
            DONE.clear();
            OVERLAPS.clear();
            busyAtOnce = 0;
            failures = 0;
            down = isDown;
        }
    }

    /** Lets attempts succeed. */
    public static void up() {
        down = false;
    }

    /** How many attempts have failed. */
    public static int failures() {
        synchronized (LOCK) {
            return failures;
        }
    }

    /** Offsets by partition and key, in the order in which they were done. */
    public static Map<String, List<Long>> done() {
        synchronized (LOCK) {
            return Map.copyOf(DONE);
        }
    }

    /** Records that began while one of the same key was being processed. */
    public static List<String> overlaps() {
        synchronized (LOCK) {
            return List.copyOf(OVERLAPS);
        }
    }

    /** How many keys were being processed at once, at most. */
    public static int busyAtOnce() {
        synchronized (LOCK) {
            return busyAtOnce;
        }
    }

    @Override
    public void process(InputRecord record, ProcessorContext context) {
        byte @Nullable [] key = record.key();
        String lane = record.partition() + "/" + (key == null ? "" : new String(key, UTF_8));
        begin(lane, record.offset());
        try {
            LockSupport.parkNanos(50_000); // long enough for others to overtake
            fail(record);
            context.forward(record.value());
            synchronized (LOCK) {
                DONE.computeIfAbsent(lane, l -> new ArrayList<>()).add(record.offset());
            }
        } finally {
            end(lane);
        }
    }

    private static void begin(String lane, long offset) {
        synchronized (LOCK) {
            if (!BUSY.add(lane)) {
                OVERLAPS.add(lane + "@" + offset);
            }
            busyAtOnce = Math.max(busyAtOnce, BUSY.size());
        }
    }

    private static void fail(InputRecord record) {
        byte @Nullable [] value = record.value();
        boolean twice = value != null && new String(value, UTF_8).startsWith("twice") && record.attempt() == 1;
        if (down || twice) {
            synchronized (LOCK) {
                failures++;
            }
            throw new IllegalStateException("failed as told");
        }
    }

    private static void end(String lane) {
        synchronized (LOCK) {
            BUSY.remove(lane);
        }
    }
}
