package dev.spillway.bench;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;

/** Reads what is committed to an output topic, on a thread of its own, and notes how old each result is when it is seen. */
final class AgeReader {
    private static final Duration POLL = Duration.ofMillis(100);

    private final Loops loops = new Loops();
    private final AtomicLong seen = new AtomicLong();
    /** Nobody but the reader's thread touches them until it has ended. */
    private volatile Ages ages = new Ages(System.nanoTime(), 0);

    void start(String bootstrapServers, String topic, int partitions) {
        loops.start(1, () -> read(bootstrapServers, BenchTopics.partitionsOf(topic, partitions)));
    }

    /** How many results it has seen, whenever they were due. */
    long seen() {
        return seen.get();
    }

    /** From now on ages are noted here. */
    void noteIn(Ages others) {
        ages = others;
    }

    /** Ends; then the ages may be read. */
    void end() throws InterruptedException {
        loops.end();
    }

    private void read(String bootstrapServers, List<TopicPartition> partitions) {
        try (KafkaConsumer<byte[], byte[]> consumer = BenchTopics.reader(bootstrapServers)) {
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            while (loops.go()) {
                note(consumer.poll(POLL));
            }
        }
    }

    private void note(ConsumerRecords<byte[], byte[]> records) {
        long now = System.nanoTime();
        Ages current = ages;
        for (ConsumerRecord<byte[], byte[]> record : records) {
            current.see(now, OpenLoop.dueNanos(record.value()));
        }
        seen.addAndGet(records.count());
    }
}
