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
        Map<TopicPartition, Long> within = new HashMap<>();
        WindowRanges.of(consumer, options.source(), window).forEach((partition, range) -> {
            OffsetAndMetadata come = committed.get(partition);
            long next = come == null ? range.from() : Math.max(range.from(), come.offset());
            long passed = come == null || next > come.offset() ? 0 : Bookmark.within(come.metadata());
            within.put(partition, passed);
            done.put(partition, new OffsetRange(range.from(), Math.min(next + (passed > 0 ? 1 : 0), range.end())));
            ahead.put(partition, new OffsetRange(next, range.end()));
        });
        return new Standing(bookmark, options.selection().within(window), done, ahead, within);
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
                        record -> ours(record).ifPresent(letter -> pass(letter, standing, seen, tally)))
                && reader.read(options.source(), standing.ahead(), record -> {
                    if (!stop.isCancelled()) {
                        ours(record)
                                .ifPresentOrElse(
                                        letter -> show(letter, standing, seen, tally, visitor), tally::foreign);
                    }
                    if (!stop.isCancelled()) {
                        visitor.passed(partition(record), new Place(record.offset() + 1, 0));
                    }
                });
    }

    /** Is shown what a replay is about. */
    interface Visitor {
        /** Something to put back. */
        void candidate(Candidate candidate);

        /** All of a partition up to a place was shown. */
        void passed(TopicPartition partition, Place place);
    }

    /** Empty where somebody else wrote it, or it is about a topic that is no input. */
    private Optional<Letter> ours(ConsumerRecord<byte @Nullable [], byte @Nullable []> record) {
        return Letter.read(record)
                .filter(letter -> options.inputs().contains(letter.origins().topic()));
    }

    /** A run before has been through it, or a part of it. */
    private static void pass(Letter letter, Standing standing, Seen seen, Tally tally) {
        long within = standing.within(letter.record());
        long count = within == 0 ? letter.count() : Math.min(within, letter.count());
        for (long i = 0; i < count; i++) {
            Candidate candidate = letter.candidate(i);
            if (standing.selection().contains(candidate) && seen.add(candidate.origin())) {
                tally.earlier(standing.selection().leavesOpen(candidate));
            }
        }
    }

    private void show(Letter letter, Standing standing, Seen seen, Tally tally, Visitor visitor) {
        tally.decided(letter.decision().at());
        for (long i = standing.within(letter.record()); i < letter.count() && !stop.isCancelled(); i++) {
            look(letter.candidate(i), standing.selection(), seen, tally).ifPresent(visitor::candidate);
            if (i + 1 < letter.count()) {
                visitor.passed(
                        partition(letter.record()), new Place(letter.record().offset(), i + 1));
            }
        }
    }

    private static Optional<Candidate> look(Candidate candidate, Selection selection, Seen seen, Tally tally) {
        if (!selection.contains(candidate)) {
            return Optional.empty();
        }
        if (!seen.add(candidate.origin())) {
            tally.repeated();
            return Optional.empty();
        }
        return Optional.of(candidate);
    }

    private static TopicPartition partition(ConsumerRecord<?, ?> record) {
        return new TopicPartition(record.topic(), record.partition());
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
