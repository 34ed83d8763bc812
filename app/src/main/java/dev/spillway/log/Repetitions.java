package dev.spillway.log;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Holds back what a logger says again within a while, and says how often it was held back when the while is over. The same is what
 * has the same pattern, whatever is put into it. Any thread.
 */
final class Repetitions {
    /** Patterns are few, and bounded all the same: with more than that the ones that were said longest ago are forgotten. */
    private static final int MOST = 1000;

    private final long pauseNanos;

    @GuardedBy("this")
    private final Map<String, Said> said = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Said> eldest) {
            return size() > MOST;
        }
    };

    /** @param pause how long the same is held back; nothing is if it is zero */
    Repetitions(Duration pause) {
        pauseNanos = pause.toNanos();
    }

    /** What to write: the message, with how many were held back before it; or null to hold this one back, too. */
    synchronized @Nullable String told(String logger, String pattern, String message, long nanoTime) {
        String what = logger + ' ' + pattern;
        Said before = said.get(what);
        if (before != null && nanoTime - before.at < pauseNanos) {
            before.heldBack++;
            return null;
        }
        said.put(what, new Said(nanoTime));
        return before == null || before.heldBack == 0
                ? message
                : message + " (and " + before.heldBack + " more like it since the last one)";
    }

    private static final class Said {
        private final long at;
        private long heldBack;

        private Said(long at) {
            this.at = at;
        }
    }
}
