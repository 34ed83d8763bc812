package dev.spillway.runtime;

import dev.spillway.flow.Time;
import dev.spillway.sink.CommittedOffsets;
import dev.spillway.sink.KafkaPause;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsOptions;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsSpec;
import org.apache.kafka.clients.admin.MemberDescription;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the cluster says about our group, by the admin client: the consumer belongs to one thread, and others ask, too. */
final class OwnGroup implements CommittedOffsets {
    private static final Logger LOG = LoggerFactory.getLogger(OwnGroup.class);
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final Duration PAUSE = Duration.ofMillis(50);

    /** Between questions about members, of whom news comes with their heartbeats. */
    private static final Duration LONG_PAUSE = Duration.ofMillis(250);

    /** How long the other members of a group may take to join a rebalance, as a rule. */
    private static final Duration REJOINING = Duration.ofSeconds(60);

    /** Longer than brokers allow a session to last, unless they are told otherwise. */
    private static final Duration SESSION = Duration.ofSeconds(90);

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
        Map<TopicPartition, OffsetAndMetadata> answer = answer(partitions, true);
        // The admin client leaves out what the broker has an error for.
        while (!answer.keySet().containsAll(partitions)) {
            requireReadable(partitions);
            if (time.nanoTime() - start >= PATIENCE.toNanos()) {
                throw new TimeoutException("a transaction that has not ended holds offsets of the group " + group);
            }
            KafkaPause.of(PAUSE, time);
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
     * Whether another one is a member under the name of this one. It may seem so while our own consumer, which the group has lost, joins
     * anew: the group knows its new member id before it does, longer so if others take their time to rejoin. So the answer waits until we
     * know who we are; one that is really taken over learns that from the group meanwhile, and ends. Any thread.
     *
     * @throws KafkaException when there is no answer, or a refusal
     */
    boolean isTakenOver(Supplier<@Nullable ConsumerGroupMetadata> member, BooleanSupplier goOn) {
        long start = time.nanoTime();
        while (isAnotherThere(member.get())) {
            if (!goOn.getAsBoolean() || time.nanoTime() - start >= REJOINING.toNanos()) {
                return true;
            }
            KafkaPause.of(LONG_PAUSE, time);
        }
        return false;
    }

    private boolean isAnotherThere(@Nullable ConsumerGroupMetadata member) {
        if (member == null) {
            return false; // the group has not taken us in: should it be another one's turn, it will say so
        }
        return members()
                .filter(other -> other.groupInstanceId().isPresent()
                        && other.groupInstanceId().equals(member.groupInstanceId()))
                .anyMatch(other -> !other.consumerId().equals(member.memberId()));
    }

    /**
     * Waits until no member has the name any more. Where Kafka's group protocol {@code classic} lets who joins under a name take it over,
     * {@code consumer} refuses him until who had it before has left, or has not been heard of for a session.
     *
     * @param goOn asked now and then; it does not wait any longer when that says no
     * @throws StartupException when a member has it for longer than a session lasts
     */
    void awaitRelease(String instanceId, BooleanSupplier goOn) {
        if (!isHeld(instanceId)) {
            return;
        }
        LOG.info(
                "the group has a member named {}, the predecessor of this one probably: waiting until Kafka releases the name, which"
                        + " takes as long as a session (group.consumer.session.timeout.ms of the brokers)",
                instanceId);
        long start = time.nanoTime();
        while (isHeld(instanceId)) {
            if (!goOn.getAsBoolean()) {
                return;
            }
            if (time.nanoTime() - start >= SESSION.toNanos()) {
                throw new StartupException(
                        "another instance has been a member of the group " + group + " under the name "
                                + instanceId + " for " + SESSION.toSeconds()
                                + " s: end it, or give each instance an instance.id of its own");
            }
            KafkaPause.of(LONG_PAUSE, time);
        }
    }

    /** Whether a member that is there, or is thought to be, has this name. A static member that has said that it is away has not. */
    boolean isHeld(String instanceId) {
        return members()
                .filter(member -> instanceId.equals(member.groupInstanceId().orElse(null)))
                .anyMatch(member -> member.memberEpoch().orElse(0) >= 0);
    }

    /** Of a group that Kafka does not know, or has forgotten since it lost its members, there are none. */
    private Stream<MemberDescription> members() {
        try {
            return answerOf(admin.describeConsumerGroups(List.of(group)).all()).values().stream()
                    .flatMap(description -> description.members().stream());
        } catch (GroupIdNotFoundException e) {
            return Stream.empty();
        }
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
