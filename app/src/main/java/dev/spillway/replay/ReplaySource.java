package dev.spillway.replay;

import dev.spillway.flow.CancellationToken;
import dev.spillway.flow.Time;
import dev.spillway.inspect.OffsetRange;
import dev.spillway.inspect.RangeReader;
import dev.spillway.inspect.ReadProgress;
import dev.spillway.inspect.TimeWindow;
import dev.spillway.inspect.WindowRanges;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/** The drop or dead letter topic that a replay reads. Used by one thread. */
final class ReplaySource {
    private final ReplayOptions options;
    private final Consumer<byte[], byte[]> consumer;
    private final RangeReader reader;
    private final CancellationToken stop;

    /** @param consumer has the name of the replay's group, to ask for its offsets; it never joins */
    ReplaySource(
            ReplayOptions options,
            Consumer<byte[], byte[]> consumer,
            Time time,
            Duration patience,
            CancellationToken stop,
            ReadProgress progress) {
        this.options = options;
        this.consumer = consumer;
        this.stop = stop;
        this.reader = new RangeReader(consumer, time, patience, stop, progress);
    }

    /**
     * Finds out how far the replay has come.
     *
     * @throws ReplayRefusedException when its name belongs to another one
     */
    Standing standing() {
        Map<TopicPartition, OffsetAndMetadata> committed = committed();
        Bookmark bookmark = committed.values().stream()
                .map(this::bookmark)
                .findFirst()
                .orElseGet(() ->
                        new Bookmark(options.fingerprint(), options.selection().window()));
        TimeWindow window = bookmark.window();
        Map<TopicPartition, OffsetRange> done = new HashMap<>();
        Map<TopicPartition, OffsetRange> ahead = new HashMap<>();
        WindowRanges.of(consumer, options.source(), window).forEach((partition, range) -> {
            OffsetAndMetadata come = committed.get(partition);
            long next = come == null ? range.from() : Math.max(range.from(), come.offset());
            done.put(partition, new OffsetRange(range.from(), Math.min(next, range.end())));
            ahead.put(partition, new OffsetRange(next, range.end()));
        });
        return new Standing(bookmark, options.selection().within(window), done, ahead);
    }

    /**
     * Shows what is still ahead, in order within a partition.
     *
     * @return whether all was read; not so if it was stopped
     */
    boolean read(Standing standing, Tally tally, Visitor visitor) {
        Seen seen = new Seen();
        return reader.read(
                        options.source(),
                        standing.done(),
                        record -> choose(standing, record)
                                .filter(candidate -> seen.add(candidate.origin()))
                                .ifPresent(candidate -> tally.earlier()))
                && reader.read(options.source(), standing.ahead(), record -> {
                    if (!stop.isCancelled()) {
                        look(standing, record, seen, tally).ifPresent(visitor::candidate);
                        visitor.passed(new TopicPartition(record.topic(), record.partition()), record.offset() + 1);
                    }
                });
    }

    /** Is shown what a replay is about. */
    interface Visitor {
        /** Something to put back. */
        void candidate(Candidate candidate);

        /** All of a partition below an offset was shown. */
        void passed(TopicPartition partition, long next);
    }

    private Optional<Candidate> choose(Standing standing, ConsumerRecord<byte @Nullable [], byte @Nullable []> record) {
        return Candidate.read(record)
                .filter(candidate ->
                        options.inputs().contains(candidate.origin().topic()))
                .filter(standing.selection()::contains);
    }

    private Optional<Candidate> look(
            Standing standing, ConsumerRecord<byte @Nullable [], byte @Nullable []> record, Seen seen, Tally tally) {
        Optional<Candidate> candidate = Candidate.read(record);
        if (candidate.isEmpty()
                || !options.inputs().contains(candidate.get().origin().topic())) {
            tally.foreign();
            return Optional.empty();
        }
        tally.decided(candidate.get().decision().at());
        if (!standing.selection().contains(candidate.get())) {
            return Optional.empty();
        }
        if (!seen.add(candidate.get().origin())) {
            tally.repeated();
            return Optional.empty();
        }
        return candidate;
    }

    private Map<TopicPartition, OffsetAndMetadata> committed() {
        Set<TopicPartition> partitions = consumer.partitionsFor(options.source()).stream()
                .map(info -> new TopicPartition(info.topic(), info.partition()))
                .collect(Collectors.toSet());
        Map<TopicPartition, OffsetAndMetadata> found = new HashMap<>(consumer.committed(partitions));
        found.values().removeIf(Objects::isNull);
        return found;
    }

    private Bookmark bookmark(OffsetAndMetadata committed) {
        return Bookmark.parse(committed.metadata())
                .filter(bookmark -> bookmark.fingerprint().equals(options.fingerprint()))
                .orElseThrow(() -> ReplayRefusedException.mistake(
                        "a replay of this name was begun with other options: repeat it with the same ones, or give"
                                + " this one another --name"));
    }
}
