package dev.spillway.bench;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.consumer.KafkaConsumer;

/** Polls and does nothing else: what no consumer can be faster than. */
final class BareConsumer implements Arm {
    private final Loops loops = new Loops();
    private final AtomicLong polled = new AtomicLong();

    @Override
    public void start(ArmSettings settings) {
        loops.start(1, () -> loop(settings));
    }

    private void loop(ArmSettings settings) {
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(Clients.consumer(settings))) {
            consumer.subscribe(List.of(settings.input()));
            while (loops.go()) {
                polled.addAndGet(consumer.poll(Duration.ofMillis(100)).count());
            }
        }
    }

    @Override
    public long moved() {
        return polled.get();
    }

    @Override
    public void end() throws InterruptedException {
        loops.end();
    }
}
