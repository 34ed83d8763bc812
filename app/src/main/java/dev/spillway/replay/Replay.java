package dev.spillway.replay;

import dev.spillway.flow.CancellationToken;
import dev.spillway.flow.Time;
import dev.spillway.inspect.Original;
import dev.spillway.inspect.Originals;
import dev.spillway.inspect.ReadProgress;
import dev.spillway.ledger.Origin;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Puts back what was shed or failed, each record once: what is written and how far the source was read are one transaction, so a
 * replay that was stopped or killed anywhere goes on exactly there when it is repeated under its name. Used by one thread.
 */
public final class Replay {
    private final String name;
    private final ReplayOptions options;
    private final Originals originals;
    private final ReplaySource source;
    private final Time time;
    private final CancellationToken stop;

    /**
     * @param name of the replay
     * @param consumer has the name of the replay's group, to ask for its offsets; it never joins
     * @param originals reads the input topics
     * @param patience how long nothing may come before this gives up
     * @param stop ends it after the transaction that is under way
     */
    public Replay(
            String name,
            ReplayOptions options,
            Consumer<byte[], byte[]> consumer,
            Originals originals,
            Time time,
            Duration patience,
            CancellationToken stop,
            ReadProgress progress) {
        this.name = name;
        this.options = options;
        this.originals = originals;
        this.time = time;
        this.stop = stop;
        this.source = new ReplaySource(options, consumer, time, patience, stop, progress);
    }

    /**
     * Finds out what there is to do, and does nothing.
     *
     * @throws ReplayRefusedException when the name belongs to another replay
     * @throws org.apache.kafka.common.KafkaException when the cluster does not answer, or refuses
     */
    public ReplayPlan plan() {
        Tally tally = new Tally();
        List<Candidate> batch = new ArrayList<>();
        Standing standing = source.standing();
        boolean complete = source.read(standing, tally, new ReplaySource.Visitor() {
            @Override
            public void candidate(Candidate candidate) {
                batch.add(candidate);
                if (batch.size() == ReplayPlan.BATCH) {
                    look(batch, standing.selection(), tally);
                }
            }

            @Override
            public void passed(TopicPartition partition, Place place) {}
        });
        look(batch, standing.selection(), tally);
        return new ReplayPlan(tally.report(name, options.source(), true, complete), tally.latest());
    }

    /**
     * Does it.
     *
     * @throws ReplayRefusedException when the name belongs to another replay, or one with the same name has begun meanwhile
     * @throws org.apache.kafka.common.KafkaException when the cluster does not answer, or refuses
     */
    public ReplayReport perform(ReplayTransactions transactions) {
        Standing standing = source.standing();
        Tally tally = new Tally();
        Run run = new Run(standing, tally, transactions);
        boolean complete = source.read(standing, tally, run) && !stop.isCancelled();
        if (complete) {
            run.finish();
        }
        return tally.report(name, options.source(), false, complete && !stop.isCancelled());
    }

    private void look(List<Candidate> batch, Selection selection, Tally tally) {
        Map<Origin, String> gone = originals.gone(origins(batch, candidate -> !candidate.carriesItsRecord()));
        Set<Origin> others = new HashSet<>();
        originals.visit(
                origins(batch, selection::leavesOpen),
                original -> {
                    if (!selection.containsKey(original.record().key())) {
                        others.add(original.origin());
                    }
                },
                gone);
        for (Candidate candidate : batch) {
            String why = gone.get(candidate.origin());
            if (why != null) {
                tally.lost(candidate.origin(), why(why, candidate, selection));
            } else if (!others.contains(candidate.origin())) {
                count(candidate, tally);
            }
        }
        batch.clear();
    }

    private static List<Origin> origins(List<Candidate> candidates, Predicate<Candidate> which) {
        return candidates.stream().filter(which).map(Candidate::origin).toList();
    }

    private static String why(String gone, Candidate candidate, Selection selection) {
        return selection.leavesOpen(candidate) ? gone + " (and nobody knows whether its key was chosen)" : gone;
    }

    private void count(Candidate candidate, Tally tally) {
        tally.putBack(target(candidate.origin()));
        if (candidate.failedForGood()) {
            tally.failedForGood();
        }
    }

    private String target(Origin origin) {
        return options.target() == null ? origin.topic() : options.target();
    }

    /** Puts back chunk by chunk, with the place up to which the source was read when the chunk was full. */
    private final class Run implements ReplaySource.Visitor {
        private final Standing standing;
        private final Tally tally;
        private final ReplayTransactions transactions;
        private final Pace pace = new Pace(options.perSecond(), time, stop);
        private final Chunk chunk = new Chunk(pace);
        private final Map<TopicPartition, Place> next = new HashMap<>();

        private Run(Standing standing, Tally tally, ReplayTransactions transactions) {
            this.standing = standing;
            this.tally = tally;
            this.transactions = transactions;
            standing.ahead().keySet().forEach(partition -> next.put(partition, standing.place(partition)));
        }

        @Override
        public void candidate(Candidate candidate) {
            chunk.add(candidate);
        }

        @Override
        public void passed(TopicPartition partition, Place place) {
            next.put(partition, place);
            if (chunk.isFull()) {
                putBack();
            }
        }

        private void finish() {
            standing.ahead()
                    .forEach((partition, range) -> next.merge(partition, new Place(range.end(), 0), Place::later));
            putBack();
        }

        private void putBack() {
            List<Candidate> candidates = chunk.take();
            if (stop.isCancelled()) {
                return;
            }
            Map<Origin, ConsumerRecord<byte @Nullable [], byte @Nullable []>> found = new HashMap<>();
            Map<Origin, String> gone = new HashMap<>();
            if (find(candidates, found, gone)) {
                chunk.wasOf(List.copyOf(found.values()));
                List<Candidate> chosen = candidates.stream()
                        .filter(candidate -> isChosen(candidate, found.get(candidate.origin())))
                        .toList();
                if (isDue(chosen.size())) {
                    write(chosen, found, gone);
                }
            }
        }

        /** What cannot be fetched might have been chosen: it is reported as lost rather than passed over. */
        private boolean isChosen(
                Candidate candidate, @Nullable ConsumerRecord<byte @Nullable [], byte @Nullable []> record) {
            return record == null
                    || !standing.selection().leavesOpen(candidate)
                    || standing.selection().containsKey(record.key());
        }

        private boolean isDue(int count) {
            try {
                pace.await(count);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
            return !stop.isCancelled();
        }

        private boolean find(
                List<Candidate> candidates,
                Map<Origin, ConsumerRecord<byte @Nullable [], byte @Nullable []>> found,
                Map<Origin, String> gone) {
            List<Origin> toFetch = new ArrayList<>();
            for (Candidate candidate : candidates) {
                if (candidate.carriesItsRecord()) {
                    found.put(candidate.origin(), candidate.letter());
                } else {
                    toFetch.add(candidate.origin());
                }
            }
            Originals.Findings fetched = originals.fetch(toFetch);
            for (Original original : fetched.present().values()) {
                found.put(original.origin(), original.record());
            }
            for (Candidate candidate : candidates) {
                String why = fetched.gone().get(candidate.origin());
                if (why != null) {
                    gone.put(candidate.origin(), why(why, candidate, standing.selection()));
                }
            }
            return fetched.complete();
        }

        /** Without those that Kafka refuses: a refused record spoils its transaction, so the others are written in another one. */
        private void write(
                List<Candidate> candidates,
                Map<Origin, ConsumerRecord<byte @Nullable [], byte @Nullable []>> found,
                Map<Origin, String> gone) {
            while (true) {
                List<Candidate> left = candidates.stream()
                        .filter(candidate -> !gone.containsKey(candidate.origin()))
                        .toList();
                Set<Integer> refused = transactions.write(records(left, found), progress());
                if (refused.isEmpty()) {
                    left.forEach(candidate -> count(candidate, tally));
                    gone.forEach(tally::lost);
                    return;
                }
                refused.forEach(index -> gone.put(
                        left.get(index).origin(),
                        "Kafka refuses it, for its size or its timestamp: look at max.message.bytes of "
                                + target(left.get(index).origin())));
            }
        }

        private List<ProducerRecord<byte @Nullable [], byte @Nullable []>> records(
                List<Candidate> candidates, Map<Origin, ConsumerRecord<byte @Nullable [], byte @Nullable []>> found) {
            List<ProducerRecord<byte @Nullable [], byte @Nullable []>> records = new ArrayList<>();
            for (Candidate candidate : candidates) {
                Origin origin = candidate.origin();
                records.add(ReplayedRecord.of(origin, Objects.requireNonNull(found.get(origin)), target(origin)));
            }
            return records;
        }

        private Map<TopicPartition, OffsetAndMetadata> progress() {
            Map<TopicPartition, OffsetAndMetadata> progress = new HashMap<>();
            next.forEach((partition, place) -> progress.put(
                    partition,
                    new OffsetAndMetadata(place.offset(), standing.bookmark().text(place.within()))));
            return progress;
        }
    }
}
