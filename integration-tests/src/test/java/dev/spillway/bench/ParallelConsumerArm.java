package dev.spillway.bench;

import static java.util.Objects.requireNonNull;

import io.confluent.parallelconsumer.ParallelConsumerOptions;
import io.confluent.parallelconsumer.ParallelConsumerOptions.CommitMode;
import io.confluent.parallelconsumer.ParallelConsumerOptions.ProcessingOrder;
import io.confluent.parallelconsumer.ParallelStreamProcessor;
import io.confluent.parallelconsumer.PollContext;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/**
 * Confluent's Parallel Consumer with a result for each record. {@code pollAndProduce} is its documented way to have an offset committed
 * only after the result was acknowledged; each of its threads waits for that, so that many are needed even where there is no work.
 * Asynchronous periodic commits are its default and its fastest mode. Batches, which its documentation recommends for throughput, would
 * make the records of one share a wait, and are left off as they are by default.
 */
final class ParallelConsumerArm implements Arm {
    private @Nullable ParallelStreamProcessor<byte[], byte[]> processor;

    @Override
    public void start(ArmSettings settings) {
        ParallelConsumerOptions<byte[], byte[]> options = ParallelConsumerOptions.<byte[], byte[]>builder()
                .consumer(new KafkaConsumer<>(Clients.consumer(settings)))
                .producer(new KafkaProducer<>(producer(settings)))
                .ordering(ProcessingOrder.valueOf(settings.require("ordering").toUpperCase(Locale.ROOT)))
                .commitMode(CommitMode.PERIODIC_CONSUMER_ASYNCHRONOUS)
                .maxConcurrency(settings.threads())
                .build();
        processor = ParallelStreamProcessor.createEosStreamProcessor(options);
        processor.subscribe(List.of(settings.input()));
        processor.pollAndProduce(polled -> result(polled, settings));
    }

    /** Threads that wait for an acknowledgement must not wait for company first. */
    private static Map<String, Object> producer(ArmSettings settings) {
        Map<String, Object> producer = Clients.producer(settings);
        producer.put("linger.ms", "0");
        return producer;
    }

    private static ProducerRecord<byte[], byte[]> result(PollContext<byte[], byte[]> polled, ArmSettings settings) {
        ConsumerRecord<byte[], byte[]> record = polled.getSingleConsumerRecord();
        Waiting.forMillis(settings.workMillis());
        return new ProducerRecord<>(settings.output(), null, record.key(), record.value(), record.headers());
    }

    @Override
    public void end() {
        requireNonNull(processor).close();
    }
}
