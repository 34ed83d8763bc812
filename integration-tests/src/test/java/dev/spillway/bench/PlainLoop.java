package dev.spillway.bench;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;

/** What a user would write by hand: poll, work, send; flush and commit once a second. One such loop in each of its threads. */
final class PlainLoop implements Arm {
    private static final long COMMIT_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Loops loops = new Loops();

    @Override
    public void start(ArmSettings settings) {
        loops.start(settings.threads(), () -> loop(settings));
    }

    private void loop(ArmSettings settings) {
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(Clients.consumerThatWorks(settings));
                KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(Clients.producer(settings))) {
            consumer.subscribe(List.of(settings.input()));
            long lastCommit = System.nanoTime();
            while (loops.go()) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(100))) {
                    Waiting.forMillis(settings.workMillis());
                    Future<RecordMetadata> unused = producer.send(new ProducerRecord<>(
                            settings.output(), null, record.key(), record.value(), record.headers()));
                }
                if (System.nanoTime() - lastCommit > COMMIT_NANOS) {
                    producer.flush();
                    consumer.commitAsync();
                    lastCommit = System.nanoTime();
                }
            }
            producer.flush();
            consumer.commitSync();
        }
    }

    @Override
    public void end() throws InterruptedException {
        loops.end();
    }
}
