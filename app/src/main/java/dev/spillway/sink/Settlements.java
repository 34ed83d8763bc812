package dev.spillway.sink;

import dev.spillway.flow.Distribution;
import dev.spillway.flow.ShedReason;
import dev.spillway.flow.Time;
import dev.spillway.ledger.Outcome;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Counts what was settled, by outcome and reason, with the age that records had then; and remembers the newest of what was shed or
 * failed, for somebody to look at. What an aborted epoch had settled stays counted and is counted again when it comes again.
 *
 * <p>Any thread, for every record: no lock, and no object but for what is remembered: of what is shed one in a millisecond at most.
 */
public final class Settlements {
    private static final int REMEMBERED = 64;
    private static final int MOST_CHARACTERS = 200;

    private final Time time;
    private final LongAdder processed = new LongAdder();
    private final Map<ShedReason, LongAdder> dropped = adders(ShedReason.class);
    private final Map<DeadLetterCause, LongAdder> deadLettered = adders(DeadLetterCause.class);
    private final Map<String, LongAdder> deadLetteredByStage = new ConcurrentHashMap<>();
    private final Distribution age = new Distribution();

    private final AtomicReferenceArray<@Nullable Loss> newest = new AtomicReferenceArray<>(REMEMBERED);
    private final AtomicInteger remembered = new AtomicInteger();
    private volatile long rememberedAtMillis;

    /**
     * The sums at one moment.
     *
     * @param dropped by reason, those without any included
     * @param deadLettered by cause, those without any included
     * @param deadLetteredByStage those that a stage gave up, where there are several; counted when it does
     * @param age how old records were, by their own timestamps
     */
    public record Counts(
            long processed,
            Map<ShedReason, Long> dropped,
            Map<DeadLetterCause, Long> deadLettered,
            Map<String, Long> deadLetteredByStage,
            Distribution.Counts age) {

        /** Dropped for any reason. */
        public long allDropped() {
            return dropped.values().stream().mapToLong(Long::longValue).sum();
        }

        /** Dead-lettered for any cause. */
        public long allDeadLettered() {
            return deadLettered.values().stream().mapToLong(Long::longValue).sum();
        }

        /** Dead-lettered by a stage; 0 for the one that has no name. */
        public long deadLetteredIn(@Nullable String stage) {
            return stage == null ? 0 : deadLetteredByStage.getOrDefault(stage, 0L);
        }
    }

    /**
     * A record that was shed or failed.
     *
     * @param atMillis when its tombstone or dead letter was made, in milliseconds since 1970
     * @param origin {@code topic-partition@offset}
     * @param key the beginning of its key as text; null where it has none
     * @param why the shed reason, or the cause of a dead letter
     * @param text what is known besides, cut
     */
    public record Loss(
            long atMillis,
            Outcome outcome,
            String origin,
            @Nullable String key,
            String why,
            @Nullable String text) {}

    public Settlements(Time time) {
        this.time = time;
    }

    /** Counts several that were settled together. Neighbours have much in common, and what they have is counted once. */
    void settled(List<Delivery> deliveries) {
        long now = time.currentTimeMillis();
        int from = 0;
        while (from < deliveries.size()) {
            Delivery first = deliveries.get(from);
            int to = from + 1;
            while (to < deliveries.size() && isCountedLike(first, deliveries.get(to))) {
                to++;
            }
            count(first, to - from);
            addAge(first.record().timestamp(), now, to - from);
            from = to;
        }
    }

    private static boolean isCountedLike(Delivery a, Delivery b) {
        return a.record().timestamp() == b.record().timestamp() && a.outcome() == b.outcome() && a.why() == b.why();
    }

    private void count(Delivery delivery, int times) {
        switch (delivery.outcome()) {
            case PROCESSED -> processed.add(times);
            case DROPPED -> count(dropped, delivery.why(), times);
            case DEAD_LETTERED -> count(deadLettered, delivery.why(), times);
        }
    }

    private void addAge(long timestamp, long nowMillis, int times) {
        if (timestamp >= 0) {
            age.add(TimeUnit.MILLISECONDS.toNanos(nowMillis - timestamp), times);
        }
    }

    /** Counts a record that a stage gives up; their names are those of the configuration, and few. */
    void gaveUp(String stage) {
        deadLetteredByStage.computeIfAbsent(stage, name -> new LongAdder()).increment();
    }

    void remember(Delivery delivery, Outcome outcome, Enum<?> why, @Nullable String text) {
        long now = time.currentTimeMillis();
        if (outcome == Outcome.DROPPED && now == rememberedAtMillis) {
            return;
        }
        rememberedAtMillis = now;
        newest.set(
                Math.floorMod(remembered.getAndIncrement(), REMEMBERED),
                new Loss(now, outcome, delivery.origin().toString(), keyOf(delivery), why.name(), cut(text)));
    }

    /** The sums so far. */
    public Counts counts() {
        return new Counts(
                processed.sum(),
                sums(ShedReason.class, dropped),
                sums(DeadLetterCause.class, deadLettered),
                deadLetteredByStage.entrySet().stream()
                        .collect(Collectors.toMap(
                                Map.Entry::getKey, entry -> entry.getValue().sum())),
                age.counts());
    }

    /** What was shed or failed last, the newest first. Where much is shed at once, some of it. */
    public List<Loss> newest() {
        List<Loss> found = new ArrayList<>(REMEMBERED);
        for (int i = 0; i < REMEMBERED; i++) {
            Loss loss = newest.get(i);
            if (loss != null) {
                found.add(loss);
            }
        }
        found.sort(Comparator.comparingLong(Loss::atMillis).reversed());
        return found;
    }

    private static @Nullable String keyOf(Delivery delivery) {
        byte @Nullable [] key = delivery.record().key();
        return key == null ? null : new String(key, 0, Math.min(key.length, MOST_CHARACTERS), StandardCharsets.UTF_8);
    }

    private static @Nullable String cut(@Nullable String text) {
        return text == null || text.length() <= MOST_CHARACTERS ? text : text.substring(0, MOST_CHARACTERS) + "…";
    }

    private static <E extends Enum<E>> Map<E, LongAdder> adders(Class<E> type) {
        Map<E, LongAdder> adders = new EnumMap<>(type);
        Arrays.stream(type.getEnumConstants()).forEach(one -> adders.put(one, new LongAdder()));
        return adders;
    }

    private static void count(Map<?, LongAdder> adders, @Nullable Enum<?> why, int times) {
        LongAdder adder = why == null ? null : adders.get(why);
        if (adder != null) {
            adder.add(times);
        }
    }

    private static <E extends Enum<E>> Map<E, Long> sums(Class<E> type, Map<E, LongAdder> adders) {
        Map<E, Long> sums = new EnumMap<>(type);
        adders.forEach((one, adder) -> sums.put(one, adder.sum()));
        return sums;
    }
}
