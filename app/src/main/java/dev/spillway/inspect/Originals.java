package dev.spillway.inspect;

import dev.spillway.flow.CancellationToken;
import dev.spillway.flow.Time;
import dev.spillway.ledger.Origin;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;

/** Fetches records by their origins, from topics that may no longer have them. Used by one thread. */
public final class Originals {
    /** Offsets that are read and thrown away rather than sought past. */
    private static final long NEAR = 500;

    private final Consumer<byte[], byte[]> consumer;
    private final RangeReader reader;
    private final Map<String, Set<Integer>> partitions = new HashMap<>();

    /**
     * @param consumer without a group; reads what is committed
     * @param patience how long nothing may come before this gives up
     * @param stop ends reading
     */
    public Originals(Consumer<byte[], byte[]> consumer, Time time, Duration patience, CancellationToken stop) {
        this.consumer = consumer;
        this.reader = new RangeReader(consumer, time, patience, stop, ReadProgress.NONE);
    }

    /**
     * What was found.
     *
     * @param present the records that are there
     * @param gone for each of the others why it is not, in a few words
     * @param complete whether all were looked for; not so if it was stopped
     */
    public record Findings(Map<Origin, Original> present, Map<Origin, String> gone, boolean complete) {}

    /**
     * Fetches the records.
     *
     * @throws org.apache.kafka.common.KafkaException when the cluster does not answer, or refuses
     */
    public Findings fetch(Collection<Origin> origins) {
        Map<Origin, Original> present = new HashMap<>();
        Map<Origin, String> gone = new HashMap<>();
        boolean complete = visit(origins, original -> present.put(original.origin(), original), gone);
        return new Findings(present, gone, complete);
    }

    /**
     * Shows the records one at a time, and keeps none of them.
     *
     * @param gone is told for each that is not there why, in a few words
     * @return whether all were looked for; not so if it was stopped
     * @throws org.apache.kafka.common.KafkaException when the cluster does not answer, or refuses
     */
    public boolean visit(
            Collection<Origin> origins, java.util.function.Consumer<Original> visitor, Map<Origin, String> gone) {
        Set<Origin> found = new HashSet<>();
        boolean complete = read(wanted(origins, gone), original -> {
            found.add(original.origin());
            visitor.accept(original);
        });
        if (complete) {
            for (Origin origin : origins) {
                if (!found.contains(origin)) {
                    gone.putIfAbsent(
                            origin,
                            "its offset holds no record: compaction removed it, or its transaction was aborted");
                }
            }
        }
        return complete;
    }

    /**
     * Those that a topic says to have no longer, or not yet, without a look at the records.
     *
     * @return for each of them why, in a few words
     */
    public Map<Origin, String> gone(Collection<Origin> origins) {
        Map<Origin, String> gone = new HashMap<>();
        wanted(origins, gone);
        return gone;
    }

    private Map<TopicPartition, NavigableSet<Long>> wanted(Collection<Origin> origins, Map<Origin, String> gone) {
        Map<TopicPartition, List<Origin>> known = new HashMap<>();
        for (Origin origin : origins) {
            if (partitionsOf(origin.topic()).contains(origin.partition())) {
                known.computeIfAbsent(partition(origin), p -> new ArrayList<>()).add(origin);
            } else {
                gone.put(origin, "the topic has no such partition");
            }
        }
        Map<TopicPartition, Long> starts = consumer.beginningOffsets(known.keySet());
        Map<TopicPartition, Long> ends = consumer.endOffsets(known.keySet());
        Map<TopicPartition, NavigableSet<Long>> wanted =
                new TreeMap<>((a, b) -> a.topic().equals(b.topic())
                        ? Integer.compare(a.partition(), b.partition())
                        : a.topic().compareTo(b.topic()));
        known.forEach((partition, there) -> {
            long start = starts.getOrDefault(partition, 0L);
            long end = ends.getOrDefault(partition, 0L);
            for (Origin origin : there) {
                if (origin.offset() < start) {
                    gone.put(origin, "it is no longer retained: the partition begins at " + start);
                } else if (origin.offset() >= end) {
                    gone.put(origin, "the partition ends at " + end + ", before it");
                } else {
                    wanted.computeIfAbsent(partition, p -> new TreeSet<>()).add(origin.offset());
                }
            }
        });
        return wanted;
    }

    /** Run by run of offsets that lie near to each other, all partitions at a time. */
    private boolean read(
            Map<TopicPartition, NavigableSet<Long>> wanted, java.util.function.Consumer<Original> visitor) {
        Map<TopicPartition, NavigableSet<Long>> left = new HashMap<>();
        wanted.forEach((partition, offsets) -> left.put(partition, new TreeSet<>(offsets)));
        while (!left.isEmpty()) {
            Map<TopicPartition, OffsetRange> runs = new HashMap<>();
            left.forEach((partition, offsets) -> runs.put(partition, takeRun(offsets)));
            left.values().removeIf(Set::isEmpty);
            boolean complete = reader.read(
                    runs.keySet().stream().map(TopicPartition::topic).distinct().collect(Collectors.joining(", ")),
                    runs,
                    record -> {
                        NavigableSet<Long> offsets = wanted.get(new TopicPartition(record.topic(), record.partition()));
                        if (offsets != null && offsets.contains(record.offset())) {
                            Origin origin = new Origin(record.topic(), record.partition(), record.offset());
                            visitor.accept(new Original(origin, record));
                        }
                    });
            if (!complete) {
                return false;
            }
        }
        return true;
    }

    private static OffsetRange takeRun(NavigableSet<Long> offsets) {
        long first = offsets.first();
        long last = offsets.pollFirst();
        while (!offsets.isEmpty() && offsets.first() - last <= NEAR) {
            last = offsets.pollFirst();
        }
        return new OffsetRange(first, last + 1);
    }

    private Set<Integer> partitionsOf(String topic) {
        return partitions.computeIfAbsent(
                topic,
                name -> consumer.partitionsFor(name).stream()
                        .map(info -> info.partition())
                        .collect(Collectors.toSet()));
    }

    private static TopicPartition partition(Origin origin) {
        return new TopicPartition(origin.topic(), origin.partition());
    }
}
