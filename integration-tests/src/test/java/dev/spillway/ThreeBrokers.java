package dev.spillway;

import static java.util.stream.Collectors.joining;

import dev.spillway.demo.LocalKafka;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.protocol.ApiKeys;
import org.awaitility.Awaitility;

/**
 * A cluster to break: three brokers, each in a process of its own and behind a {@link Relay}. Sidecars reach the brokers through the
 * relays, the test's own {@linkplain #client client} and the brokers among themselves without. A majority of them is enough for all that
 * Kafka promises. For one thread.
 */
public final class ThreeBrokers implements AutoCloseable {
    private static final String TRANSACTIONS = "__transaction_state";
    private static final int BROKERS = 3;
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    /** After that another broker is asked: this one may stand still. */
    private static final int ANSWER_MILLIS = 3000;

    /** How long the cluster takes a silent broker, or a silent member of a group, for alive. */
    private static final String SESSION_MILLIS = "6000";

    private final Map<Integer, Relay> relays = new HashMap<>();
    private final LocalKafka kafka;
    private final ClusterClient client;

    private ThreeBrokers() throws InterruptedException {
        ids().forEach(id -> relays.put(id, new Relay()));
        kafka = LocalKafka.builder()
                .brokers(BROKERS)
                .relays(id -> relay(id).port())
                .heap(320)
                .startTimeout(PATIENCE)
                .property("broker.session.timeout.ms", SESSION_MILLIS)
                .property("broker.heartbeat.interval.ms", "1000")
                .property("group.consumer.session.timeout.ms", SESSION_MILLIS)
                .property("group.consumer.min.session.timeout.ms", SESSION_MILLIS)
                .property("group.consumer.heartbeat.interval.ms", "1000")
                .property("group.consumer.min.heartbeat.interval.ms", "500")
                // so that a test need not wait for what is done once in a while
                .property("log.cleaner.backoff.ms", "500")
                .property("log.retention.check.interval.ms", "1000")
                .property("transaction.abort.timed.out.transaction.cleanup.interval.ms", "2000")
                .start();
        ids().forEach(id -> relay(id).forwardTo(kafka.relayedPort(id)));
        client = new ClusterClient(kafka.bootstrapServers());
    }

    /** Starts the brokers and returns when all of them answer. */
    public static ThreeBrokers start() throws InterruptedException {
        return new ThreeBrokers();
    }

    public static List<Integer> ids() {
        return IntStream.rangeClosed(1, BROKERS).boxed().toList();
    }

    /** The brokers themselves: to be killed, stopped and started. */
    public LocalKafka kafka() {
        return kafka;
    }

    /** Not through the relays. */
    public ClusterClient client() {
        return client;
    }

    /** For those whose network the relays cut. */
    public String relayedServers() {
        return ids().stream().map(id -> "127.0.0.1:" + relay(id).port()).collect(joining(","));
    }

    public Relay relay(int broker) {
        return Objects.requireNonNull(relays.get(broker), "no broker " + broker);
    }

    public void cutAll() {
        relays.values().forEach(Relay::cut);
    }

    /** Lets each relay be cut by the first such request, which does not get through any more. */
    public void cutBefore(ApiKeys request) {
        relays.values().forEach(relay -> relay.cutBefore(request));
    }

    /** Lets each relay be cut by the first such request, which is the last to get through, and gets no answer. */
    public void cutAfter(ApiKeys request) {
        relays.values().forEach(relay -> relay.cutAfter(request));
    }

    public boolean isAnyCut() {
        return relays.values().stream().anyMatch(Relay::isCut);
    }

    public void mendAll() {
        relays.values().forEach(Relay::mend);
    }

    /** Suspends a broker's process. */
    public Suspension suspend(int broker) {
        return Suspension.of(kafka.pid(broker));
    }

    /** The broker that leads a partition; waits until there is one. */
    public int leaderOf(String topic, int partition) {
        return Awaitility.await("leader of " + topic + "-" + partition)
                .atMost(PATIENCE)
                .until(() -> findLeader(topic, partition), Optional::isPresent)
                .orElseThrow();
    }

    private Optional<Integer> findLeader(String topic, int partition) throws InterruptedException {
        try {
            Map<String, TopicDescription> topics = client.admin()
                    .describeTopics(List.of(topic), new DescribeTopicsOptions().timeoutMs(ANSWER_MILLIS))
                    .allTopicNames()
                    .get();
            Node leader = Objects.requireNonNull(topics.get(topic))
                    .partitions()
                    .get(partition)
                    .leader();
            return Optional.ofNullable(leader).filter(node -> !node.isEmpty()).map(Node::id);
        } catch (ExecutionException e) {
            return Optional.empty();
        }
    }

    /** The broker that keeps all groups' offsets. */
    public int groupCoordinator() {
        return leaderOf("__consumer_offsets", 0);
    }

    /** Whether anybody has begun a transaction since the cluster was started; before that nobody keeps any. */
    public boolean hasTransactions() throws InterruptedException, ExecutionException {
        return client.admin()
                .listTopics(new ListTopicsOptions().listInternal(true))
                .names()
                .get()
                .contains(TRANSACTIONS);
    }

    /** The broker that keeps all transactions. */
    public int transactionCoordinator() {
        return leaderOf(TRANSACTIONS, 0);
    }

    /** One after the other, each in order, as for an upgrade. */
    public void restartRolling() throws InterruptedException {
        for (int id : ids()) {
            kafka.stop(id);
            kafka.start(id);
        }
    }

    /** Makes it whole again: all brokers run and can be reached. */
    public void repair() throws InterruptedException {
        relays.values().forEach(Relay::mend);
        IntPredicate isAway = id -> kafka.pid(id) < 0;
        if (ids().stream().mapToInt(id -> id).anyMatch(isAway)) {
            kafka.start();
        }
    }

    @Override
    public void close() {
        client.close();
        kafka.close();
        relays.values().forEach(Relay::close);
    }
}
