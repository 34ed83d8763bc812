package dev.spillway.intake;

import dev.spillway.sink.Samples;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetCommitCallback;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Kafka's mock consumer over logs that can be read again: a poll brings what lies behind each position, and a seek is obeyed. It can
 * hold commits back, and knows transaction markers.
 */
public final class InputConsumer extends MockConsumer<byte @Nullable [], byte @Nullable []> {
    private final Map<TopicPartition, TreeMap<Long, ConsumerRecord<byte @Nullable [], byte @Nullable []>>> logs =
            new HashMap<>();
    private final Map<TopicPartition, Long> markers = new HashMap<>();
    private final List<Map<TopicPartition, OffsetAndMetadata>> commits = new ArrayList<>();
    private final List<Runnable> heldBack = new ArrayList<>();
    private final Map<TopicPartition, Long> endsSeen = new HashMap<>();
    private boolean losing;
    private boolean polling;
    private int maxPollRecords = Integer.MAX_VALUE;
    private int polls;
    private boolean holdsCommitsBack;
    private @Nullable RuntimeException refusal;
    private @Nullable TopicPartition takenMeanwhile;

    public InputConsumer() {
        super("earliest");
    }

    /** Assigns exactly these partitions, as a rebalance does. */
    public void assignOnly(TopicPartition... partitions) {
        Map<TopicPartition, Long> beginnings = new HashMap<>();
        for (TopicPartition partition : partitions) {
            logs.computeIfAbsent(partition, p -> new TreeMap<>());
            beginnings.put(partition, 0L);
        }
        updateBeginningOffsets(beginnings);
        rebalanceTo(List.of(partitions));
    }

    /** Takes partitions away without asking, as it happens to a member that was thought dead. */
    void lose(TopicPartition... partitions) {
        Set<TopicPartition> kept = new HashSet<>(assignment());
        kept.removeAll(List.of(partitions));
        losing = true;
        rebalanceTo(kept);
        losing = false;
    }

    /** Partitions that go take their pause with them, as Kafka's own do and those of the mock do not. */
    private void rebalanceTo(Collection<TopicPartition> next) {
        Set<TopicPartition> going = new HashSet<>(paused());
        going.removeAll(next);
        resume(going);
        rebalance(next);
    }

    /** Appends records to a partition's log. */
    void append(TopicPartition partition, int count) {
        TreeMap<Long, ConsumerRecord<byte @Nullable [], byte @Nullable []>> log =
                logs.computeIfAbsent(partition, p -> new TreeMap<>());
        long next = log.isEmpty() ? 0 : log.lastKey() + 1;
        for (long offset = next; offset < next + count; offset++) {
            log.put(offset, Samples.record(partition, offset));
        }
    }

    /** Appends a record to its partition's log. */
    public void append(ConsumerRecord<byte @Nullable [], byte @Nullable []> record) {
        logs.computeIfAbsent(new TopicPartition(record.topic(), record.partition()), p -> new TreeMap<>())
                .put(record.offset(), record);
    }

    /** Lets the partition end with a transaction marker at this offset. */
    void mark(TopicPartition partition, long offset) {
        markers.put(partition, offset);
    }

    /** Takes a partition away as Kafka's own thread may do it: the consumer still names it, and refuses it. */
    void takeMeanwhile(TopicPartition partition) {
        takenMeanwhile = partition;
    }

    /** As Kafka's: it hears of a partition's end with what it fetches, and of one that is paused it fetches nothing. */
    @Override
    public synchronized OptionalLong currentLag(TopicPartition partition) {
        Long end = endsSeen.get(partition);
        return end == null ? OptionalLong.empty() : OptionalLong.of(end - position(partition));
    }

    private void seeEnd(TopicPartition partition) {
        super.currentLag(partition).ifPresent(lag -> endsSeen.put(partition, position(partition) + lag));
    }

    @Override
    public synchronized void pause(Collection<TopicPartition> partitions) {
        requireThere(partitions);
        super.pause(partitions);
    }

    @Override
    public synchronized void resume(Collection<TopicPartition> partitions) {
        requireThere(partitions);
        super.resume(partitions);
    }

    @Override
    public synchronized void seek(TopicPartition partition, long offset) {
        if (!polling) {
            requireThere(List.of(partition)); // the mock seeks to where it begins
        }
        super.seek(partition, offset);
    }

    private void requireThere(Collection<TopicPartition> partitions) {
        if (takenMeanwhile != null && partitions.contains(takenMeanwhile)) {
            throw new IllegalStateException("No current assignment for partition " + takenMeanwhile);
        }
    }

    void limitPolls(int records) {
        maxPollRecords = records;
    }

    int polls() {
        return polls;
    }

    /** What was committed, commit by commit. */
    List<Map<TopicPartition, Long>> commits() {
        return commits.stream()
                .map(offsets -> {
                    Map<TopicPartition, Long> plain = new HashMap<>();
                    offsets.forEach((partition, offset) -> plain.put(partition, offset.offset()));
                    return plain;
                })
                .toList();
    }

    void holdCommitsBack() {
        holdsCommitsBack = true;
    }

    void answerCommits() {
        holdsCommitsBack = false;
        List<Runnable> answers = List.copyOf(heldBack);
        heldBack.clear();
        answers.forEach(Runnable::run);
    }

    void refuseCommits(RuntimeException e) {
        refusal = e;
    }

    @Override
    public void subscribe(Collection<String> topics, ConsumerRebalanceListener listener) {
        super.subscribe(topics, new ConsumerRebalanceListener() {
            @Override
            public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
                if (losing) {
                    listener.onPartitionsLost(partitions);
                } else {
                    listener.onPartitionsRevoked(partitions);
                }
            }

            @Override
            public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
                listener.onPartitionsAssigned(partitions);
            }
        });
    }

    @Override
    public synchronized ConsumerRecords<byte @Nullable [], byte @Nullable []> poll(Duration timeout) {
        polls++;
        polling = true;
        try {
            return pollLogs(timeout);
        } finally {
            polling = false;
        }
    }

    private ConsumerRecords<byte @Nullable [], byte @Nullable []> pollLogs(Duration timeout) {
        int left = maxPollRecords;
        Map<TopicPartition, OffsetAndMetadata> passed = new HashMap<>();
        for (TopicPartition partition : assignment()) {
            if (!paused().contains(partition)) {
                seeEnd(partition);
                long position = position(partition);
                var behind = logs.getOrDefault(partition, new TreeMap<>()).tailMap(position).values().stream()
                        .limit(left)
                        .toList();
                behind.forEach(this::addRecord);
                left -= behind.size();
                long next = behind.isEmpty()
                        ? position
                        : behind.get(behind.size() - 1).offset() + 1;
                if (markers.getOrDefault(partition, -1L) == next) {
                    passed.put(partition, new OffsetAndMetadata(next + 1));
                }
            }
        }
        var polled = super.poll(timeout);
        passed.forEach(this::seek);
        return passed.isEmpty() ? polled : withNextOffsets(polled, passed);
    }

    private static ConsumerRecords<byte @Nullable [], byte @Nullable []> withNextOffsets(
            ConsumerRecords<byte @Nullable [], byte @Nullable []> polled,
            Map<TopicPartition, OffsetAndMetadata> passed) {
        Map<TopicPartition, List<ConsumerRecord<byte @Nullable [], byte @Nullable []>>> records = new HashMap<>();
        polled.partitions().forEach(partition -> records.put(partition, polled.records(partition)));
        Map<TopicPartition, OffsetAndMetadata> next = new HashMap<>(polled.nextOffsets());
        next.putAll(passed);
        return new ConsumerRecords<>(records, next);
    }

    @Override
    public synchronized void commitAsync(
            Map<TopicPartition, OffsetAndMetadata> offsets, @Nullable OffsetCommitCallback callback) {
        RuntimeException e = refusal;
        if (holdsCommitsBack) {
            heldBack.add(() -> commitAsync(offsets, callback));
        } else if (e != null && callback != null) {
            refusal = null;
            callback.onComplete(offsets, e);
        } else {
            commits.add(offsets);
            super.commitAsync(offsets, callback);
        }
    }

    /** As Kafka's: it returns after the callbacks of the commits before it. */
    @Override
    public void commitSync(Map<TopicPartition, OffsetAndMetadata> offsets, Duration timeout) {
        answerCommits();
        RuntimeException e = refusal;
        if (e != null) {
            refusal = null;
            throw e;
        }
        if (!offsets.isEmpty()) {
            super.commitSync(offsets, timeout);
        }
    }
}
