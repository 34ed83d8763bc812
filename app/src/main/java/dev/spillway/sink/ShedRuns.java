package dev.spillway.sink;

import dev.spillway.ledger.OriginRange;
import dev.spillway.ledger.PartitionId;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Finds neighbours among records that were shed together, and gives the first of each run the tombstone of all of them: the others have
 * nothing to send, and are settled with it because they are published with it. Victims of several partitions come interleaved where the
 * queue holds them so, and the runs of all of them grow side by side. Used by one thread, once.
 */
final class ShedRuns {
    private final OutputFactory outputs;
    private final IdentityHashMap<Run, Neighbours> open = new IdentityHashMap<>();
    private @Nullable Neighbours latest;

    ShedRuns(OutputFactory outputs) {
        this.outputs = outputs;
    }

    /** Gives tombstones to records that were shed, of one epoch. */
    void addTombstones(List<Delivery> shed) {
        for (int i = 0; i < shed.size(); i++) {
            add(shed.get(i));
        }
        open.values().forEach(this::end);
    }

    private void add(Delivery delivery) {
        if (OutputFactory.hasFormerLife(delivery)) {
            outputs.addTombstone(delivery); // which names it
            return;
        }
        Neighbours neighbours = neighboursOf(delivery.run());
        if (neighbours == null || !neighbours.add(delivery)) {
            if (neighbours != null) {
                end(neighbours);
            }
            latest = new Neighbours(delivery);
            open.put(delivery.run(), latest);
        }
    }

    /** Mostly those that grew last: then nothing has to be looked up. */
    private @Nullable Neighbours neighboursOf(Run run) {
        if (latest == null || latest.first.run() != run) {
            latest = open.get(run);
        }
        return latest;
    }

    /** A record without neighbours keeps its own tombstone, which has its key. */
    private void end(Neighbours neighbours) {
        if (neighbours.count == 1) {
            outputs.addTombstone(neighbours.first);
        } else {
            outputs.addTombstone(neighbours.first, neighbours.range());
        }
    }

    private static final class Neighbours {
        private final Delivery first;
        private final Enum<?> reason;
        private final long firstOffset;
        private int count = 1;

        Neighbours(Delivery first) {
            this.first = first;
            this.reason = Objects.requireNonNull(first.why());
            this.firstOffset = first.record().offset();
        }

        boolean add(Delivery next) {
            boolean isNeighbour = next.record().offset() == firstOffset + count
                    && next.why() == reason
                    && count < TombstoneRange.MOST;
            if (isNeighbour) {
                count++;
            }
            return isNeighbour;
        }

        OriginRange range() {
            PartitionId partition = first.run().account().partition();
            return new OriginRange(partition.topic(), partition.number(), firstOffset, firstOffset + count - 1);
        }
    }
}
