package dev.spillway.simulation;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetCommitCallback;
import org.apache.kafka.clients.consumer.RetriableCommitFailedException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RebalanceInProgressException;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A consumer as Kafka's client behaves: what the group does to it, and the answers to asynchronous commits, it learns within a poll;
 * where a partition begins it asks the group, and waits while a transaction that has not ended holds an offset of it.
 *
 * <p>It is reached through {@link #client}, which refuses all calls that are not modelled here.
 */
final class FakeConsumer {
    private static final Map<String, Method> MODELLED = new HashMap<>();

    static {
        for (Method method : FakeConsumer.class.getDeclaredMethods()) {
            MODELLED.put(signature(method), method);
        }
    }

    private final Instance instance;
    private final FakeBroker broker;
    private final FakeGroup group;
    private final Chance chance;
    private final Scenario scenario;

    private @Nullable ConsumerRebalanceListener listener;
    private @Nullable String member;
    private ConsumerGroupMetadata metadata = metadata(-1, "");
    /** Between joining a rebalance and learning how it ended. */
    private boolean joining;

    private boolean closed;

    private final Set<TopicPartition> assignment = new LinkedHashSet<>();
    private final Set<TopicPartition> paused = new LinkedHashSet<>();
    private final Map<TopicPartition, Long> positions = new HashMap<>();
    private final Deque<CommitRequest> inFlight = new ArrayDeque<>();
    private final Deque<Runnable> answers = new ArrayDeque<>();

    private record CommitRequest(
            Map<TopicPartition, OffsetAndMetadata> offsets,
            OffsetCommitCallback callback,
            @Nullable String member,
            int generation) {}

    FakeConsumer(Instance instance, FakeBroker broker, Chance chance, Scenario scenario) {
        this.instance = instance;
        this.broker = broker;
        this.group = broker.group;
        this.chance = chance;
        this.scenario = scenario;
    }

    @SuppressWarnings("unchecked")
    Consumer<byte @Nullable [], byte @Nullable []> client() {
        return (Consumer<byte @Nullable [], byte @Nullable []>) Proxy.newProxyInstance(
                FakeConsumer.class.getClassLoader(), new Class<?>[] {Consumer.class}, (proxy, method, arguments) -> {
                    Method modelled = MODELLED.get(signature(method));
                    if (modelled == null) {
                        throw new UnsupportedOperationException(method.toString());
                    }
                    try {
                        return modelled.invoke(this, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    private static String signature(Method method) {
        return method.getName() + Arrays.toString(method.getParameterTypes());
    }

    // ---- what the network does

    boolean hasRequests() {
        return !inFlight.isEmpty();
    }

    /** The oldest asynchronous commit reaches the broker; the next poll brings the answer. */
    void deliverNext() {
        CommitRequest request = inFlight.remove();
        RuntimeException failure = request(request.offsets, request.member, request.generation);
        answers.add(() -> request.callback.onComplete(request.offsets, failure));
    }

    void crash() {
        closed = true;
        for (int i = chance.below(inFlight.size() + 1); i > 0; i--) {
            deliverNext();
        }
        inFlight.clear();
        answers.clear();
    }

    private @Nullable RuntimeException request(
            Map<TopicPartition, OffsetAndMetadata> offsets, @Nullable String as, int generation) {
        if (chance.faultOneIn(30)) {
            return new RetriableCommitFailedException("the request got lost");
        }
        if (as == null || !group.has(as)) {
            return new CommitFailedException("no member");
        }
        if (generation != group.generation()) {
            return generation == metadata.generationId() && chance.oneIn(2)
                    ? thrownOut(as)
                    : new RebalanceInProgressException("another generation");
        }
        Map<TopicPartition, Long> plain = new LinkedHashMap<>();
        offsets.forEach((partition, offset) -> plain.put(partition, offset.offset()));
        broker.commitOffsets(plain);
        instance.trace(() -> instance + " has committed " + plain);
        if (chance.faultOneIn(30)) {
            group.loseAnswer(plain.keySet());
            return new RetriableCommitFailedException("the answer got lost");
        }
        return null;
    }

    /** Told that its generation is over, the client gives its membership up. */
    private RuntimeException thrownOut(String as) {
        group.remove(as);
        return new CommitFailedException("not the generation");
    }

    // ---- what the product calls; reached by reflection

    void subscribe(Collection<String> topics, ConsumerRebalanceListener rebalances) {
        instance.requireAlive();
        listener = rebalances;
    }

    ConsumerRecords<byte @Nullable [], byte @Nullable []> poll(Duration timeout) {
        instance.waitForBroker("poll");
        requireOpen();
        deliverAnswers();
        followGroup();
        var records = fetch();
        if (records.isEmpty()) {
            instance.pass(timeout);
        }
        return records;
    }

    Set<TopicPartition> assignment() {
        return new LinkedHashSet<>(assignment);
    }

    Set<TopicPartition> paused() {
        return new LinkedHashSet<>(paused);
    }

    void pause(Collection<TopicPartition> partitions) {
        partitions.forEach(this::requireAssigned);
        paused.addAll(partitions);
    }

    void resume(Collection<TopicPartition> partitions) {
        partitions.forEach(this::requireAssigned);
        paused.removeAll(List.copyOf(partitions));
    }

    void seek(TopicPartition partition, long offset) {
        requireAssigned(partition);
        positions.put(partition, offset);
    }

    /** Only a measurement depends on it: it is never known here. */
    @SuppressWarnings("UnusedVariable")
    OptionalLong currentLag(TopicPartition partition) {
        return OptionalLong.empty();
    }

    long position(TopicPartition partition, Duration timeout) {
        requireAssigned(partition);
        Long position = positionOf(partition);
        if (position == null) {
            throw new TimeoutException("no position yet");
        }
        return position;
    }

    ConsumerGroupMetadata groupMetadata() {
        instance.waitForBroker("groupMetadata");
        return metadata;
    }

    void commitAsync(Map<TopicPartition, OffsetAndMetadata> offsets, OffsetCommitCallback callback) {
        instance.requireAlive();
        requireOpen();
        if (joining) {
            answers.add(() -> callback.onComplete(offsets, new RebalanceInProgressException("joining")));
        } else {
            inFlight.add(new CommitRequest(Map.copyOf(offsets), callback, member, metadata.generationId()));
        }
    }

    void commitSync(Map<TopicPartition, OffsetAndMetadata> offsets, Duration timeout) {
        instance.waitForBroker("commitSync");
        requireOpen();
        while (!inFlight.isEmpty()) {
            if (chance.faultOneIn(25)) {
                throw new TimeoutException("commitSync: no answer to what was sent before");
            }
            deliverNext();
            instance.waitForBroker("commitSync");
        }
        deliverAnswers();
        if (offsets.isEmpty()) {
            return;
        }
        if (joining) {
            throw new RebalanceInProgressException("joining");
        }
        RuntimeException failure = request(offsets, member, metadata.generationId());
        instance.waitForBroker("commitSync");
        if (failure instanceof RetriableCommitFailedException) {
            throw new TimeoutException("commitSync: no answer");
        }
        if (failure != null) {
            throw failure;
        }
    }

    void close() {
        instance.requireAlive();
        if (closed) {
            return;
        }
        while (!inFlight.isEmpty()) {
            deliverNext();
        }
        deliverAnswers();
        String leaving = member;
        if (leaving != null) {
            if (group.has(leaving)) {
                callBack(() -> listener().onPartitionsRevoked(assignment()));
            } else {
                callBack(() -> listener().onPartitionsLost(assignment()));
            }
            group.remove(leaving);
        }
        closed = true;
    }

    // ---- within a poll

    private void deliverAnswers() {
        for (Runnable answer = answers.poll(); answer != null; answer = answers.poll()) {
            answer.run();
        }
    }

    private void followGroup() {
        RuntimeException failure = null;
        if (member != null && !group.has(member)) {
            failure = lose();
        }
        if (member == null) {
            member = group.enter(instance);
        }
        if (group.awaits(member)) {
            failure = scenario.eager() ? first(failure, revoke(assignment())) : failure;
            if (member != null && group.has(member) && group.awaits(member)) {
                joining = true;
                group.join(member, assignment);
            }
        }
        Set<TopicPartition> assigned = group.has(member) ? group.assignmentOf(member) : null;
        if (assigned != null) {
            joining = false;
            failure = first(failure, sync(assigned));
        }
        if (failure != null) {
            throw new KafkaException("User rebalance callback throws an error", failure);
        }
    }

    private @Nullable RuntimeException lose() {
        member = null;
        joining = false;
        Set<TopicPartition> lost = assignment();
        RuntimeException failure = null;
        if (!lost.isEmpty()) {
            instance.trace(() -> instance + " loses " + lost);
            failure = callBack(() -> listener().onPartitionsLost(lost));
        }
        drop(lost);
        return failure;
    }

    /** Learns the outcome of a rebalance; what another member is to have is asked back first. */
    private @Nullable RuntimeException sync(Set<TopicPartition> assigned) {
        String as = String.valueOf(member);
        metadata = metadata(group.generation(), as);
        Set<TopicPartition> revoked = assignment();
        revoked.removeAll(assigned);
        RuntimeException failure = revoke(revoked);
        List<TopicPartition> added = new ArrayList<>(assigned);
        added.removeAll(assignment);
        instance.trace(() -> instance + " is in generation " + metadata.generationId() + " with " + assigned);
        assignment.addAll(added);
        failure = first(failure, callBack(() -> listener().onPartitionsAssigned(added)));
        if (!revoked.isEmpty() && group.has(as)) {
            group.rebalance();
        }
        return failure;
    }

    private @Nullable RuntimeException revoke(Set<TopicPartition> revoked) {
        if (revoked.isEmpty()) {
            return null;
        }
        instance.trace(() -> instance + " is to give back " + revoked);
        RuntimeException failure = callBack(() -> listener().onPartitionsRevoked(revoked));
        drop(revoked);
        return failure;
    }

    private static @Nullable RuntimeException callBack(Runnable callback) {
        try {
            callback.run();
            return null;
        } catch (RuntimeException e) {
            return e;
        }
    }

    private static @Nullable RuntimeException first(@Nullable RuntimeException a, @Nullable RuntimeException b) {
        return a == null ? b : a;
    }

    private void drop(Set<TopicPartition> partitions) {
        assignment.removeAll(partitions);
        paused.removeAll(partitions);
        positions.keySet().removeAll(partitions);
    }

    private ConsumerRecords<byte @Nullable [], byte @Nullable []> fetch() {
        Map<TopicPartition, List<ConsumerRecord<byte @Nullable [], byte @Nullable []>>> fetched = new LinkedHashMap<>();
        Map<TopicPartition, OffsetAndMetadata> next = new LinkedHashMap<>();
        int left = scenario.maxPollRecords();
        for (TopicPartition partition : assignment) {
            Long position = paused.contains(partition) ? null : positionOf(partition);
            if (position == null || left == 0 || chance.oneIn(5)) {
                continue;
            }
            var behind = broker.logOf(partition).tailMap(position);
            List<ConsumerRecord<byte @Nullable [], byte @Nullable []>> records =
                    behind.values().stream().limit(left).toList();
            left -= records.size();
            long reached = records.isEmpty()
                    ? position
                    : records.get(records.size() - 1).offset() + 1;
            if (records.size() == behind.size() && chance.oneIn(2)) {
                reached = broker.endOf(partition);
            }
            if (reached > position) {
                positions.put(partition, reached);
                next.put(partition, new OffsetAndMetadata(reached));
            }
            if (!records.isEmpty()) {
                fetched.put(partition, records);
            }
        }
        if (!fetched.isEmpty() && !paused.isEmpty()) {
            throw new Violation(instance + " takes records of " + fetched.keySet() + " while " + paused
                    + " are held back: more would wait than one poll brings");
        }
        if (!next.isEmpty()) {
            instance.trace(() -> instance + " polls up to " + next);
        }
        return new ConsumerRecords<>(fetched, next);
    }

    private @Nullable Long positionOf(TopicPartition partition) {
        if (!positions.containsKey(partition) && !broker.isPending(partition)) {
            positions.put(partition, group.committed(partition));
        }
        return positions.get(partition);
    }

    private void requireAssigned(TopicPartition partition) {
        instance.requireAlive();
        if (!assignment.contains(partition)) {
            throw new IllegalStateException("No current assignment for partition " + partition);
        }
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("the consumer has been closed");
        }
    }

    private ConsumerRebalanceListener listener() {
        if (listener == null) {
            throw new IllegalStateException("not subscribed");
        }
        return listener;
    }

    @SuppressWarnings("removal") // there is no other way to make one
    private static ConsumerGroupMetadata metadata(int generation, String member) {
        return new ConsumerGroupMetadata("app", generation, member, Optional.empty());
    }
}
