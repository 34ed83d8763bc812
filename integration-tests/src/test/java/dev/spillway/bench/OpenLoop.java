package dev.spillway.bench;

import dev.spillway.load.KeyChoice;
import dev.spillway.load.SeededDraws;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Sends records when they are due, or as soon as it can when they are late. A value begins with when it was due. For one thread. */
final class OpenLoop implements AutoCloseable {
    private static final long SHORTEST_PAUSE_NANOS = 100_000;
    private static final int VALUE_BYTES = 200;

    private final String topic;
    private final KeyChoice keys = KeyChoice.uniform(10_000);
    private final SeededDraws draws = new SeededDraws(42);
    private long sent;
    private final KafkaProducer<byte[], byte[]> producer;

    OpenLoop(String bootstrapServers, String topic) {
        this.topic = topic;
        Map<String, Object> settings = new HashMap<>(Clients.tuning());
        settings.put("bootstrap.servers", bootstrapServers);
        settings.put("linger.ms", "1");
        this.producer = new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
    }

    /** Sends all of them, and returns how late the latest was sent, in nanoseconds. */
    long run(ArrivalSchedule schedule) {
        long latest = 0;
        for (int i = 0; i < schedule.count(); i++) {
            long due = schedule.dueNanos(i);
            long late = awaitDue(due);
            latest = Math.max(latest, late);
            Future<RecordMetadata> unused = send(due);
        }
        return latest;
    }

    /** Sends one record now, and waits for its acknowledgement. */
    void probe() throws Exception {
        send(System.nanoTime()).get();
    }

    static long dueNanos(byte[] value) {
        return ByteBuffer.wrap(value).getLong();
    }

    @Override
    public void close() {
        producer.close();
    }

    private Future<RecordMetadata> send(long due) {
        byte[] value = new byte[VALUE_BYTES];
        ByteBuffer.wrap(value).putLong(due);
        return producer.send(new ProducerRecord<>(topic, Input.key(keys.choose(draws, sent++)), value));
    }

    private static long awaitDue(long due) {
        long ahead = due - System.nanoTime();
        while (ahead > 0) {
            LockSupport.parkNanos(Math.max(ahead, SHORTEST_PAUSE_NANOS));
            ahead = due - System.nanoTime();
        }
        return -ahead;
    }
}
