package dev.spillway.bench;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.RecordMetadata;

/**
 * The plain loop in two threads: one polls, the other one sends what it was handed, with its origin. What this costs beside the plain
 * loop, nobody can save who lets others than the thread that polls do the work, and says of each result where it is from.
 */
final class TwoThreadLoop implements Arm {
    private static final long COMMIT_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final int POLLS_BETWEEN = 4;
    private static final ConsumerRecords<byte[], byte[]> END = ConsumerRecords.empty();

    private final Loops loops = new Loops();
    private final BlockingQueue<ConsumerRecords<byte[], byte[]>> polls = new ArrayBlockingQueue<>(POLLS_BETWEEN);
    private volatile long polled;
    private volatile long sent;

    @Override
    public void start(ArmSettings settings) {
        loops.start(1, () -> {
            try {
                poll(settings);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // each has one writer
    private void poll(ArmSettings settings) throws InterruptedException {
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(Clients.consumerThatWorks(settings));
                KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(Clients.producer(settings))) {
            Thread sender = new Thread(() -> send(producer, settings), "sender");
            sender.start();
            consumer.subscribe(List.of(settings.input()));
            long lastCommit = System.nanoTime();
            while (loops.go()) {
                ConsumerRecords<byte[], byte[]> records = consumer.poll(Duration.ofMillis(100));
                if (!records.isEmpty()) {
                    polled += records.count();
                    polls.put(records);
                }
                if (System.nanoTime() - lastCommit > COMMIT_NANOS) {
                    awaitSent();
                    producer.flush();
                    consumer.commitAsync();
                    lastCommit = System.nanoTime();
                }
            }
            polls.put(END);
            sender.join();
            producer.flush();
            consumer.commitSync();
        }
    }

    @SuppressWarnings("NonAtomicVolatileUpdate")
    private void send(KafkaProducer<byte[], byte[]> producer, ArmSettings settings) {
        try {
            for (ConsumerRecords<byte[], byte[]> records = polls.take(); records != END; records = polls.take()) {
                for (ConsumerRecord<byte[], byte[]> record : records) {
                    Waiting.forMillis(settings.workMillis());
                    Future<RecordMetadata> unused = producer.send(PlainLoop.withOrigin(settings.output(), record));
                }
                sent += records.count();
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private void awaitSent() throws InterruptedException {
        while (sent < polled) {
            TimeUnit.MILLISECONDS.sleep(1);
        }
    }

    @Override
    public void end() throws InterruptedException {
        loops.end();
    }
}
