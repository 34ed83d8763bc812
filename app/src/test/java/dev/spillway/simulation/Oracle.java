package dev.spillway.simulation;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.spillway.ledger.Origin;
import dev.spillway.ledger.OriginRange;
import dev.spillway.simulation.FakeBroker.Transaction;
import dev.spillway.simulation.FakeBroker.Written;
import dev.spillway.sink.Samples;
import dev.spillway.sink.TombstoneRange;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Compares what readers see with the input, and knows nothing of how it came about. It is asked at every commit, about what that commit
 * adds, and at the end, about everything.
 */
final class Oracle {
    private final boolean exactlyOnce;
    private final boolean ordered;
    private final Trace trace;
    private final Map<String, Outcomes> acknowledged = new HashMap<>();
    private @Nullable FakeBroker broker;
    private long judged;

    Oracle(boolean exactlyOnce, boolean ordered, Trace trace) {
        this.exactlyOnce = exactlyOnce;
        this.ordered = ordered;
        this.trace = trace;
    }

    void watch(FakeBroker watched) {
        broker = watched;
    }

    /** How many input records it has passed judgement on. */
    long judged() {
        return judged;
    }

    /** A record was written outside of any transaction. */
    void written(Written entry) {
        add(acknowledged, entry.record());
    }

    /** A consumer commits: by then everything below has an outcome. */
    void committing(Map<TopicPartition, Long> offsets, FakeGroup group) {
        if (exactlyOnce) {
            throw new Violation("offsets are committed without a transaction: " + offsets);
        }
        judge(offsets, group, acknowledged);
    }

    /** A transaction commits: it holds the outcomes of what its offsets pass, and nothing else. */
    void committing(Transaction transaction, FakeGroup group) {
        Map<String, Outcomes> outcomes =
                outcomes(transaction.records.stream().map(Written::record).toList());
        trace.add(() -> transaction.id + " commits " + transaction.offsets + " with " + outcomes);
        judge(transaction.offsets, group, outcomes);
        if (!outcomes.isEmpty()) {
            throw new Violation("a transaction that commits " + transaction.offsets
                    + " holds outcomes that are not its own: " + outcomes);
        }
    }

    /** Takes what it has judged out of the outcomes, if each has to be there once only. */
    private void judge(Map<TopicPartition, Long> offsets, FakeGroup group, Map<String, Outcomes> outcomes) {
        offsets.forEach((partition, to) -> {
            long from = group.committed(partition);
            if (to < from && !exactlyOnce && group.isUnheard(partition)) {
                return; // what was committed is given up and done again: more than once is at least once
            }
            if (to < from) {
                throw new Violation("the committed offset of " + partition + " goes back from " + from + " to " + to);
            }
            judge(broker().logOf(partition).subMap(from, to).values(), outcomes);
        });
    }

    private void judge(
            Collection<ConsumerRecord<byte @Nullable [], byte @Nullable []>> records, Map<String, Outcomes> outcomes) {
        for (ConsumerRecord<byte @Nullable [], byte @Nullable []> record : records) {
            String origin = record.topic() + "-" + record.partition() + "@" + record.offset();
            Outcomes found = exactlyOnce ? outcomes.remove(origin) : outcomes.get(origin);
            Outcomes outcome = found == null ? new Outcomes() : found;
            int results = SimulatedWorkers.resultsOf(record);
            if (exactlyOnce ? !outcome.isExactlyOne(results) : !outcome.isAtLeastOne(results)) {
                throw new Violation(
                        origin + ", which should give " + results + " results, is committed with " + outcome);
            }
            judged++;
        }
    }

    /** Results of records that wait for each other are in the order of their offsets, whichever producer wrote them. */
    private void judgeOrder() {
        Map<String, Long> last = new HashMap<>();
        for (Written entry : broker().written()) {
            ProducerRecord<byte @Nullable [], byte @Nullable []> record = entry.record();
            if (entry.isVisible() && record.topic().equals("out")) {
                Origin origin =
                        Origin.parse(Samples.header(record, "spillway.origin")).orElseThrow();
                String lane = origin.partition() + "/" + origin.offset() % 2;
                Long before = last.put(lane, origin.offset());
                if (before != null && before > origin.offset()) {
                    throw new Violation("the result of " + origin + " comes after that of offset " + before);
                }
            }
        }
    }

    /** Everything that is visible, against everything below the committed offsets. */
    void judgeAll() {
        if (exactlyOnce && ordered) {
            judgeOrder();
        }
        Map<String, Outcomes> outcomes = outcomes(broker().written().stream()
                .filter(Written::isVisible)
                .map(Written::record)
                .toList());
        for (TopicPartition partition : broker().partitions()) {
            long committed = broker().group.committed(partition);
            if (committed > broker().endOf(partition)) {
                throw new Violation(
                        "committed " + committed + " of " + partition + ", which ends at " + broker().endOf(partition));
            }
            judge(broker().logOf(partition).headMap(committed).values(), outcomes);
        }
        if (exactlyOnce && !outcomes.isEmpty()) {
            throw new Violation("readers see outcomes of what is not committed: " + outcomes);
        }
    }

    private static Map<String, Outcomes> outcomes(List<ProducerRecord<byte @Nullable [], byte @Nullable []>> records) {
        Map<String, Outcomes> outcomes = new LinkedHashMap<>();
        records.forEach(record -> add(outcomes, record));
        return outcomes;
    }

    private static void add(
            Map<String, Outcomes> outcomes, ProducerRecord<byte @Nullable [], byte @Nullable []> record) {
        if (Samples.header(record, "spillway.origins").isEmpty()) {
            outcomesOf(outcomes, Samples.header(record, "spillway.origin")).add(record);
        } else {
            addRange(outcomes, record);
        }
    }

    /** A tombstone of several records is one of each of them. */
    private static void addRange(
            Map<String, Outcomes> outcomes, ProducerRecord<byte @Nullable [], byte @Nullable []> record) {
        OriginRange range = TombstoneRange.parse(record.value())
                .orElseThrow(() -> new Violation("a range that makes no sense: " + Outcomes.text(record.value())));
        if (!record.topic().equals("drops")
                || !range.text().equals(Samples.header(record, "spillway.origins"))
                || !Samples.header(record, "spillway.origin").isEmpty()) {
            throw new Violation(record.topic() + " got the range " + record.headers() + " of " + range);
        }
        for (long i = 0; i < range.count(); i++) {
            outcomesOf(outcomes, range.get(i).toString()).dropped++;
        }
    }

    private static Outcomes outcomesOf(Map<String, Outcomes> outcomes, String origin) {
        return outcomes.computeIfAbsent(origin, o -> new Outcomes());
    }

    private FakeBroker broker() {
        if (broker == null) {
            throw new IllegalStateException("watches nothing");
        }
        return broker;
    }

    /** What is there of one origin. */
    private static final class Outcomes {
        private int dropped;
        private int deadLettered;
        /** By the header that says which of them it is. */
        private final Map<String, Integer> results = new LinkedHashMap<>();

        void add(ProducerRecord<byte @Nullable [], byte @Nullable []> record) {
            switch (record.topic()) {
                case "drops" -> dropped++;
                case "dead-letters" -> deadLettered++;
                case "out" -> results.merge(Samples.header(record, "spillway.part"), 1, Integer::sum);
                default -> throw new Violation("something was written to " + record.topic());
            }
            if (record.topic().equals("drops") != (record.value() == null)) {
                throw new Violation(record.topic() + " got the value " + text(record.value()));
            }
        }

        boolean isExactlyOne(int expectedResults) {
            boolean once = results.values().stream().allMatch(count -> count == 1);
            return once
                    && dropped + deadLettered + (results.isEmpty() ? 0 : 1) == (isSilent(expectedResults) ? 0 : 1)
                    && (results.isEmpty() || isComplete(expectedResults));
        }

        boolean isAtLeastOne(int expectedResults) {
            return dropped > 0 || deadLettered > 0 || isSilent(expectedResults) || isComplete(expectedResults);
        }

        /** A record that gives no results leaves no trace, unless it was shed or could not be processed. */
        private boolean isSilent(int expectedResults) {
            return expectedResults == 0 && dropped + deadLettered == 0;
        }

        private boolean isComplete(int expected) {
            for (int i = 1; i <= expected; i++) {
                if (!results.containsKey(expected == 1 ? "" : i + "/" + expected)) {
                    return false;
                }
            }
            return expected > 0 && results.size() == expected;
        }

        private static String text(byte @Nullable [] value) {
            return value == null ? "null" : new String(value, UTF_8);
        }

        @Override
        public String toString() {
            return "[dropped " + dropped + ", dead-lettered " + deadLettered + ", results " + results + "]";
        }
    }
}
