package dev.spillway.intake;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the loop asks of the consumer about its partitions. With the group protocol {@code consumer} the assignment changes in a thread of
 * Kafka's own, so a partition may be gone between the question which there are and the call that names it. Such a partition needs
 * nothing any more, since the callback that gives it up has run, and it must not keep the others from what they need.
 */
final class Assignment {
    private static final Logger LOG = LoggerFactory.getLogger(Assignment.class);
    private static final long NOT_KNOWN = -1;

    private final org.apache.kafka.clients.consumer.Consumer<?, ?> consumer;

    Assignment(org.apache.kafka.clients.consumer.Consumer<?, ?> consumer) {
        this.consumer = consumer;
    }

    Set<TopicPartition> partitions() {
        return consumer.assignment();
    }

    void pauseAll() {
        pause(consumer.assignment());
    }

    void pause(Collection<TopicPartition> partitions) {
        onThoseThatAreThere(partitions, consumer::pause);
    }

    void resumeAll() {
        onThoseThatAreThere(consumer.paused(), consumer::resume);
    }

    void seek(Map<TopicPartition, Long> offsets) {
        offsets.forEach((partition, offset) ->
                onThoseThatAreThere(List.of(partition), there -> consumer.seek(partition, offset)));
    }

    /** Where the next poll goes on; -1 where nobody knows without asking a broker. */
    long position(TopicPartition partition) {
        try {
            return consumer.position(partition, Duration.ZERO);
        } catch (TimeoutException | IllegalStateException e) {
            return NOT_KNOWN;
        }
    }

    /** How many records are behind the position; -1 where that is not known. */
    long lag(TopicPartition partition) {
        try {
            return consumer.currentLag(partition).orElse(NOT_KNOWN);
        } catch (IllegalStateException e) {
            return NOT_KNOWN;
        }
    }

    private static void onThoseThatAreThere(
            Collection<TopicPartition> partitions, Consumer<Collection<TopicPartition>> call) {
        try {
            call.accept(partitions);
        } catch (IllegalStateException oneIsGone) {
            for (TopicPartition partition : partitions) {
                try {
                    call.accept(List.of(partition));
                } catch (IllegalStateException e) {
                    LOG.debug("{} has been taken away meanwhile", partition, e);
                }
            }
        }
    }
}
