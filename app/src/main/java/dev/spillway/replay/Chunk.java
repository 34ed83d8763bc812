package dev.spillway.replay;

import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/** Records that are put back in one transaction; how many, follows from how large those before were. Used by one thread. */
final class Chunk {
    private static final int MOST = 200;
    private static final int FIRST = 20;

    /** What a chunk should have, in bytes: twice that in memory, while it is sent. */
    private static final long BYTES = 8 << 20;

    private final Pace pace;
    private List<Candidate> candidates = new ArrayList<>();
    private int most = FIRST;

    Chunk(Pace pace) {
        this.pace = pace;
    }

    void add(Candidate candidate) {
        candidates.add(candidate);
    }

    boolean isFull() {
        return candidates.size() >= pace.step(most);
    }

    /** Hands over what has come together, and begins anew. */
    List<Candidate> take() {
        List<Candidate> taken = candidates;
        candidates = new ArrayList<>();
        return taken;
    }

    /** Learns from the records of a chunk. */
    void wasOf(List<ConsumerRecord<byte @Nullable [], byte @Nullable []>> records) {
        if (!records.isEmpty()) {
            long bytes = records.stream().mapToLong(Chunk::bytes).sum();
            most = (int) Math.max(1, Math.min(MOST, BYTES * records.size() / Math.max(1, bytes)));
        }
    }

    private static long bytes(ConsumerRecord<byte @Nullable [], byte @Nullable []> record) {
        return Math.max(0L, record.serializedKeySize()) + Math.max(0L, record.serializedValueSize());
    }
}
