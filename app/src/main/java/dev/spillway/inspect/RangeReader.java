package dev.spillway.inspect;

import dev.spillway.flow.CancellationToken;
import dev.spillway.flow.Time;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Reads ranges of offsets to their ends. The end of a range is reached by position, not by record: markers of transactions,
 * aborted records and what compaction removed have offsets, too. Used by one thread.
 */
public final class RangeReader {
    private static final Duration POLL = Duration.ofMillis(200);
    private static final long NOTICE_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final Consumer<byte[], byte[]> consumer;
    private final Time time;
    private final Duration patience;
    private final CancellationToken stop;
    private final ReadProgress progress;

    /**
     * @param patience how long no position may move before this gives up
     * @param stop ends reading early
     */
    public RangeReader(
            Consumer<byte[], byte[]> consumer,
            Time time,
            Duration patience,
            CancellationToken stop,
            ReadProgress progress) {
        this.consumer = consumer;
        this.time = time;
        this.patience = patience;
        this.stop = stop;
        this.progress = progress;
    }

    /**
     * Reads all ranges.
     *
     * @param what is read, for people
     * @param handler is given each record of the ranges, in order within a partition
     * @return whether all was read; not so if it was stopped
     * @throws TimeoutException when nothing moved for too long
     */
    public boolean read(String what, Map<TopicPartition, OffsetRange> ranges, Handler handler) {
        Reading reading = new Reading(what, ranges);
        reading.begin();
        while (!reading.isDone()) {
            if (stop.isCancelled()) {
                return false;
            }
            reading.take(consumer.poll(POLL), handler);
            reading.look();
        }
        return true;
    }

    /** What is done with a record. */
    @FunctionalInterface
    public interface Handler {
        void record(ConsumerRecord<byte @Nullable [], byte @Nullable []> record);
    }

    private final class Reading {
        private final String what;
        private final Map<TopicPartition, OffsetRange> open = new HashMap<>();
        private final long total;
        private long left;
        private long movedAt = time.nanoTime();
        private boolean noticed;

        private Reading(String what, Map<TopicPartition, OffsetRange> ranges) {
            this.what = what;
            ranges.forEach((partition, range) -> {
                if (!range.isEmpty()) {
                    open.put(partition, range);
                }
            });
            this.total = open.values().stream().mapToLong(OffsetRange::length).sum();
            this.left = total;
        }

        private void begin() {
            consumer.assign(open.keySet());
            consumer.resume(open.keySet()); // whoever was read before still pauses
            open.forEach((partition, range) -> consumer.seek(partition, range.from()));
        }

        private boolean isDone() {
            return open.isEmpty();
        }

        private void take(ConsumerRecords<byte[], byte[]> records, Handler handler) {
            for (TopicPartition partition : records.partitions()) {
                OffsetRange range = open.get(partition);
                for (ConsumerRecord<byte[], byte[]> record : records.records(partition)) {
                    if (range != null && record.offset() < range.end()) {
                        handler.record(record);
                    }
                }
            }
        }

        /** Looks how far the consumer has come, and lets go of what is read. */
        private void look() {
            long nowLeft = 0;
            for (Map.Entry<TopicPartition, OffsetRange> entry : List.copyOf(open.entrySet())) {
                long togo = entry.getValue().end() - consumer.position(entry.getKey());
                if (togo <= 0) {
                    open.remove(entry.getKey());
                    consumer.pause(List.of(entry.getKey()));
                }
                nowLeft += Math.max(0, togo);
            }
            if (nowLeft < left) {
                moved(nowLeft);
            } else {
                stood(time.nanoTime() - movedAt);
            }
        }

        private void moved(long nowLeft) {
            left = nowLeft;
            movedAt = time.nanoTime();
            noticed = false;
            progress.read(what, total - left, total);
        }

        private void stood(long nanos) {
            if (isDone()) {
                return;
            }
            if (nanos > patience.toNanos()) {
                throw new TimeoutException(
                        "nothing more of " + where() + " could be read for " + patience.toSeconds() + " s");
            }
            if (nanos > NOTICE_NANOS && !noticed) {
                noticed = true;
                progress.waiting("waiting up to " + patience.toSeconds() + " s for more of " + where()
                        + ": its leader does not answer");
            }
        }

        private String where() {
            TopicPartition first = open.keySet().iterator().next();
            return first + " (at offset " + consumer.position(first) + " of "
                    + open.getOrDefault(first, new OffsetRange(0, 0)).end() + ")";
        }
    }
}
