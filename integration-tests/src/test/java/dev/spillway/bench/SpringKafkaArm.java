package dev.spillway.bench;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;
import org.springframework.kafka.core.DefaultKafkaConsumerFactory;
import org.springframework.kafka.core.DefaultKafkaProducerFactory;
import org.springframework.kafka.core.KafkaTemplate;
import org.springframework.kafka.listener.BatchMessageListener;
import org.springframework.kafka.listener.ConcurrentMessageListenerContainer;
import org.springframework.kafka.listener.ContainerProperties;
import org.springframework.kafka.support.SendResult;

/**
 * Spring Kafka's batch listener in its container, as many consumers as there are threads. The offsets of a batch are committed when the
 * listener returns ({@code AckMode.BATCH}, the default), so the listener flushes what it sent before; asynchronous commits and larger
 * polls are what its documentation offers against the cost of that.
 */
final class SpringKafkaArm implements Arm {
    private static final int MAX_POLL_RECORDS = 5000;

    private @Nullable ConcurrentMessageListenerContainer<byte[], byte[]> container;
    private @Nullable DefaultKafkaProducerFactory<byte[], byte[]> producers;

    @Override
    public void start(ArmSettings settings) {
        producers = new DefaultKafkaProducerFactory<>(Clients.producer(settings));
        KafkaTemplate<byte[], byte[]> template = new KafkaTemplate<>(producers);
        ContainerProperties properties = new ContainerProperties(settings.input());
        properties.setAckMode(ContainerProperties.AckMode.BATCH);
        properties.setSyncCommits(false);
        properties.setMessageListener((BatchMessageListener<byte[], byte[]>) batch -> move(batch, template, settings));
        container = new ConcurrentMessageListenerContainer<>(
                new DefaultKafkaConsumerFactory<>(consumer(settings)), properties);
        container.setConcurrency(settings.threads());
        container.start();
    }

    private static Map<String, Object> consumer(ArmSettings settings) {
        Map<String, Object> consumer = Clients.consumerThatWorks(settings);
        consumer.putIfAbsent("max.poll.records", MAX_POLL_RECORDS);
        return consumer;
    }

    private static void move(
            List<ConsumerRecord<byte[], byte[]>> batch, KafkaTemplate<byte[], byte[]> template, ArmSettings settings) {
        for (ConsumerRecord<byte[], byte[]> record : batch) {
            Waiting.forMillis(settings.workMillis());
            CompletableFuture<SendResult<byte[], byte[]>> unused = template.send(
                    new ProducerRecord<>(settings.output(), null, record.key(), record.value(), record.headers()));
        }
        template.flush();
    }

    @Override
    public void end() {
        requireNonNull(container).stop();
        requireNonNull(producers).destroy();
    }
}
