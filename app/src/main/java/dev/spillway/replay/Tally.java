package dev.spillway.replay;

import dev.spillway.ledger.Origin;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** Counts what becomes of records in a replay. Used by one thread. */
final class Tally {
    /** How many of a kind are named. */
    static final int EXAMPLES = 10;

    private final SortedMap<String, Long> putBack = new TreeMap<>();
    private final List<String> firstLost = new ArrayList<>();
    private long earlier;
    private long earlierOfUnknownKey;
    private long lost;
    private long repeated;
    private long foreign;
    private long failedForGood;
    private Instant latest = Instant.MIN;

    /** A run before has been through it; whether it was chosen by its key only that run knew, where that is left open. */
    void earlier(boolean leftOpen) {
        if (leftOpen) {
            earlierOfUnknownKey++;
        } else {
            earlier++;
        }
    }

    /** It went to a topic, or would. */
    void putBack(String topic) {
        putBack.merge(topic, 1L, Long::sum);
    }

    /** It cannot be put back. */
    void lost(Origin origin, String why) {
        lost++;
        if (firstLost.size() < EXAMPLES) {
            firstLost.add(origin + ": " + why);
        }
    }

    /** Another tombstone or dead letter of a record that is put back already. */
    void repeated() {
        repeated++;
    }

    /** Somebody else wrote it, or it is about a topic that is no input. */
    void foreign() {
        foreign++;
    }

    /** Its processor said that trying again cannot help. */
    void failedForGood() {
        failedForGood++;
    }

    /** Something was shed or failed then, chosen or not. */
    void decided(Instant at) {
        latest = at.isAfter(latest) ? at : latest;
    }

    Instant latest() {
        return latest;
    }

    long total() {
        return putBack.values().stream().mapToLong(Long::longValue).sum();
    }

    long permanent() {
        return failedForGood;
    }

    ReplayReport report(String name, String source, boolean dryRun, boolean complete) {
        return new ReplayReport(
                name,
                source,
                dryRun,
                complete,
                earlier,
                earlierOfUnknownKey,
                putBack,
                lost,
                firstLost,
                repeated,
                foreign,
                failedForGood);
    }
}
