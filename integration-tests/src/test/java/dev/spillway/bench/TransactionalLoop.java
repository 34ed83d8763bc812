package dev.spillway.bench;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;

/** The plain loop with transactions: one transactional producer, which commits every 100 ms. One such loop in each of its threads. */
final class TransactionalLoop implements Arm {
    private static final long COMMIT_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final Loops loops = new Loops();

    @Override
    public void start(ArmSettings settings) {
        loops.start(settings.threads(), () -> loop(settings));
    }

    private void loop(ArmSettings settings) {
        Map<String, Object> producerSettings = Clients.producer(settings);
        producerSettings.put("transactional.id", UUID.randomUUID().toString());
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(Clients.consumerThatWorks(settings));
                KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(producerSettings)) {
            producer.initTransactions();
            // Empty while no transaction is open; a producer that is closed with an empty one waits for half a minute.
            Map<TopicPartition, OffsetAndMetadata> next = new HashMap<>();
            consumer.subscribe(List.of(settings.input()), new ConsumerRebalanceListener() {
                @Override
                public void onPartitionsRevoked(Collection<TopicPartition> revoked) {
                    commit(consumer, producer, next);
                }

                @Override
                public void onPartitionsAssigned(Collection<TopicPartition> assigned) {}
            });
            long lastCommit = System.nanoTime();
            while (loops.go()) {
                ConsumerRecords<byte[], byte[]> records = consumer.poll(Duration.ofMillis(100));
                if (next.isEmpty() && !records.isEmpty()) {
                    producer.beginTransaction();
                }
                for (ConsumerRecord<byte[], byte[]> record : records) {
                    Waiting.forMillis(settings.workMillis());
                    Future<RecordMetadata> unused = producer.send(new ProducerRecord<>(
                            settings.output(), null, record.key(), record.value(), record.headers()));
                }
                if (!records.isEmpty()) {
                    next.putAll(records.nextOffsets());
                }
                if (System.nanoTime() - lastCommit > COMMIT_NANOS) {
                    commit(consumer, producer, next);
                    lastCommit = System.nanoTime();
                }
            }
            commit(consumer, producer, next);
        }
    }

    private static void commit(
            KafkaConsumer<?, ?> consumer, KafkaProducer<?, ?> producer, Map<TopicPartition, OffsetAndMetadata> next) {
        if (!next.isEmpty()) {
            producer.sendOffsetsToTransaction(Map.copyOf(next), consumer.groupMetadata());
            producer.commitTransaction();
            next.clear();
        }
    }

    @Override
    public void end() throws InterruptedException {
        loops.end();
    }
}
