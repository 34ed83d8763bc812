package dev.spillway.runtime;

import dev.spillway.flow.Signal;
import dev.spillway.flow.Time;
import dev.spillway.sink.CommittedOffsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsOptions;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsSpec;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;

/** What the cluster says about our group, by the admin client: the consumer belongs to one thread, and others ask, too. */
final class OwnGroup implements CommittedOffsets {
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final Duration PAUSE = Duration.ofMillis(50);

    private final Admin admin;
    private final String group;
    private final Time time;

    OwnGroup(Admin admin, String group, Time time) {
        this.admin = admin;
        this.group = group;
        this.time = time;
    }

    /**
     * Also waits, for some seconds, while a transaction that has not ended holds offsets of these partitions.
     *
     * @throws TimeoutException when it holds them still
     */
    @Override
    public Map<TopicPartition, Long> of(Set<TopicPartition> partitions) {
        long start = time.nanoTime();
        Signal never = new Signal(time);
        Map<TopicPartition, OffsetAndMetadata> answer = answer(partitions, true);
        // The admin client leaves out what the broker has an error for.
        while (!answer.keySet().containsAll(partitions)) {
            requireReadable(partitions);
            if (time.nanoTime() - start >= PATIENCE.toNanos()) {
                throw new TimeoutException("a transaction that has not ended holds offsets of the group " + group);
            }
            try {
                never.await(PAUSE);
            } catch (InterruptedException e) {
                throw new InterruptException(e);
            }
            answer = answer(partitions, true);
        }
        Map<TopicPartition, Long> offsets = new HashMap<>();
        answer.forEach((partition, committed) -> put(partition, committed, offsets));
        return offsets;
    }

    /** No transaction holds up an answer that need not be stable. */
    private void requireReadable(Set<TopicPartition> partitions) {
        Set<TopicPartition> refused = new HashSet<>(partitions);
        refused.removeAll(answer(partitions, false).keySet());
        if (!refused.isEmpty()) {
            throw new KafkaException("the cluster does not say what the group " + group + " has committed of " + refused
                    + ": check that the topics exist, and that this user may describe them");
        }
    }

    private Map<TopicPartition, OffsetAndMetadata> answer(Set<TopicPartition> partitions, boolean stable) {
        var spec = Map.of(group, new ListConsumerGroupOffsetsSpec().topicPartitions(partitions));
        var options = new ListConsumerGroupOffsetsOptions().requireStable(stable);
        return answerOf(admin.listConsumerGroupOffsets(spec, options).partitionsToOffsetAndMetadata(group));
    }

    /**
     * Whether another one is a member under the name of this one. Any thread; blocks.
     *
     * @throws KafkaException when there is no answer, or a refusal
     */
    boolean isTakenOver(ConsumerGroupMetadata member) {
        return answerOf(admin.describeConsumerGroups(List.of(group)).all()).values().stream()
                .flatMap(description -> description.members().stream())
                .filter(other -> other.groupInstanceId().isPresent()
                        && other.groupInstanceId().equals(member.groupInstanceId()))
                .anyMatch(other -> !other.consumerId().equals(member.memberId()));
    }

    private <T> T answerOf(KafkaFuture<T> future) {
        try {
            return future.get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof KafkaException known ? known : new KafkaException("the group " + group, e);
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
    }

    private static void put(
            TopicPartition partition, @Nullable OffsetAndMetadata committed, Map<TopicPartition, Long> offsets) {
        if (committed != null) {
            offsets.put(partition, committed.offset());
        }
    }
}
