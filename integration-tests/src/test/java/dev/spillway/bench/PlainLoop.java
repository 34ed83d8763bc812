package dev.spillway.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.spillway.sink.SpillwayHeaders;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;

/**
 * What a user would write by hand: poll, work, send; flush and commit once a second. One such loop in each of its threads. With {@link
 * #ORIGINS} each result has a header that says where it is from, as the sidecar's have.
 */
final class PlainLoop implements Arm {
    static final String ORIGINS = "origins";

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
                    Future<RecordMetadata> unused = producer.send(
                            settings.has(ORIGINS)
                                    ? withOrigin(settings.output(), record)
                                    : withoutOrigin(settings.output(), record));
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

    private static ProducerRecord<byte[], byte[]> withoutOrigin(String output, ConsumerRecord<byte[], byte[]> record) {
        return new ProducerRecord<>(output, null, record.key(), record.value(), record.headers());
    }

    static ProducerRecord<byte[], byte[]> withOrigin(String output, ConsumerRecord<byte[], byte[]> record) {
        ProducerRecord<byte[], byte[]> result = withoutOrigin(output, record);
        String origin = record.topic() + "-" + record.partition() + "@" + record.offset();
        result.headers().add(SpillwayHeaders.ORIGIN, origin.getBytes(UTF_8));
        return result;
    }

    @Override
    public void end() throws InterruptedException {
        loops.end();
    }
}
