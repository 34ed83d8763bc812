package dev.spillway.replay;

import dev.spillway.inspect.OffsetSet;
import dev.spillway.ledger.Origin;
import dev.spillway.ledger.PartitionId;
import java.util.HashMap;
import java.util.Map;

/**
 * The origins that were met: under at least once a record may have two tombstones, and is put back once. A bit for each offset
 * between the first and the last, in chunks. Used by one thread.
 */
final class Seen {
    /** Half a KiB each. Only origins that somebody made up lie so far apart. */
    private static final int MOST_CHUNKS = 200_000;

    private final Map<PartitionId, OffsetSet> offsets = new HashMap<>();
    private final int mostChunks;

    Seen() {
        this(MOST_CHUNKS);
    }

    Seen(int mostChunks) {
        this.mostChunks = mostChunks;
    }

    /**
     * Adds an origin.
     *
     * @return whether it is new
     * @throws ReplayRefusedException when there are too many, and too far apart
     */
    boolean add(Origin origin) {
        OffsetSet set = offsets.computeIfAbsent(origin.partitionId(), partition -> new OffsetSet());
        long before = set.chunksHeld();
        boolean added = set.add(origin.offset());
        if (added && set.chunksHeld() > before) {
            requireRoom();
        }
        return added;
    }

    private void requireRoom() {
        long chunks = offsets.values().stream().mapToLong(OffsetSet::chunksHeld).sum();
        if (chunks > mostChunks) {
            throw ReplayRefusedException.mistake(
                    "the origins lie too far apart to be told apart in memory: choose fewer,"
                            + " with --from, --to or --origin");
        }
    }
}
