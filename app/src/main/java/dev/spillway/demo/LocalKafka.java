package dev.spillway.demo;

import static java.util.stream.Collectors.joining;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A real Kafka cluster on this machine: one node or several, each broker and controller in one, in a JVM of its own.
 *
 * <p>It listens on 127.0.0.1 only, keeps its data in temporary directories, and never outlives this process, not even
 * one that is killed (only the directories then stay behind). Topics are not created automatically. With three nodes
 * or more, every topic has three replicas, and two of them have to have a record before it is acknowledged.
 *
 * <pre>{@code
 * try (LocalKafka kafka = LocalKafka.builder().partitions(4).start()) {
 *     connect(kafka.bootstrapServers());
 * }
 * }</pre>
 *
 * <p>Nodes have the ids 1, 2, … Thread-safe: starting, stopping and closing exclude each other.
 */
public final class LocalKafka implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LocalKafka.class);
    private static final Duration POLL_INTERVAL = Duration.ofMillis(50);

    private final String clusterId = Uuid.randomUuid().toString();
    private final List<BrokerAddress> cluster;
    private final Duration startTimeout;

    /** In the order of {@link #cluster}. */
    @GuardedBy("this")
    private final List<BrokerNode> nodes;

    private LocalKafka(List<BrokerAddress> cluster, BrokerSettings settings) {
        this.cluster = List.copyOf(cluster);
        startTimeout = settings.startTimeout();
        nodes = this.cluster.stream()
                .map(self -> new BrokerNode(clusterId, self, this.cluster, settings))
                .toList();
    }

    public static Builder builder() {
        return new Builder();
    }

    /** For {@code bootstrap.servers}; stays the same when the cluster is stopped and started again. */
    public String bootstrapServers() {
        return cluster.stream().map(BrokerAddress::endpoint).collect(joining(","));
    }

    /** How many nodes it has; not all of them need be running. */
    public int size() {
        return cluster.size();
    }

    /** The first node's log file. {@link #close} deletes it unless something failed. */
    public Path log() {
        return log(1);
    }

    /** A node's log file. {@link #close} deletes it unless something failed. */
    public synchronized Path log(int nodeId) {
        return node(nodeId).log().file();
    }

    /** The first node's process id, or -1 while it does not run. */
    public long pid() {
        return pid(1);
    }

    /** A node's process id, or -1 while it does not run. */
    public synchronized long pid(int nodeId) {
        return node(nodeId).pid();
    }

    /** Where a relay reaches the node that it stands before, see {@link Builder#relays}. */
    public int relayedPort(int nodeId) {
        return cluster.get(nodeId - 1).relayedPort();
    }

    /**
     * Starts the nodes that do not run, with the data and at the addresses that they had, and returns when they answer.
     *
     * @throws IllegalStateException if all of them run already
     * @throws BrokerFailedException if a node ends instead, or does not answer in time
     * @throws InterruptedException if the calling thread was interrupted; what was started is stopped then
     */
    public synchronized void start() throws InterruptedException {
        List<BrokerAddress> stopped = new ArrayList<>(cluster);
        for (BrokerAddress address : cluster) {
            if (node(address.nodeId()).isAlive()) {
                stopped.remove(address);
            }
        }
        if (stopped.isEmpty()) {
            throw new IllegalStateException(this + " runs already");
        }
        start(stopped);
    }

    /**
     * Starts one node, as {@link #start()} does.
     *
     * @throws IllegalStateException if it runs already
     */
    public synchronized void start(int nodeId) throws InterruptedException {
        if (node(nodeId).isAlive()) {
            throw new IllegalStateException("node " + nodeId + " of " + this + " runs already");
        }
        start(List.of(cluster.get(nodeId - 1)));
    }

    /** Stops the cluster in order, what takes longer than 20 s by force, and keeps its data. Does nothing if it is stopped. */
    public synchronized void stop() {
        nodes.forEach(BrokerNode::askToStop);
        nodes.forEach(BrokerNode::stop);
    }

    /** Stops one node in order, after 20 s by force, and keeps its data. Does nothing if it is stopped. */
    public synchronized void stop(int nodeId) {
        node(nodeId).stop();
    }

    /**
     * Stops the cluster as a crash would (SIGKILL) and keeps its data. Does nothing if it is stopped.
     *
     * <p>A {@link #start} after that takes longer: the controller does not let a broker back in before the killed
     * one's session has run out, 9 s by Kafka's default of {@code broker.session.timeout.ms}.
     */
    public synchronized void kill() {
        nodes.forEach(BrokerNode::kill);
    }

    /** Stops one node as a crash would, see {@link #kill()}. */
    public synchronized void kill(int nodeId) {
        node(nodeId).kill();
    }

    /**
     * Ends the cluster and deletes its directories. If a node failed to start, or ended by itself, its log stays, and
     * the exception or a warning says where.
     */
    @Override
    public synchronized void close() {
        if (nodes.stream().anyMatch(BrokerNode::hasEndedByItself)) {
            LOG.warn("{}", this);
        }
        nodes.forEach(BrokerNode::kill); // nobody needs the data any more
        nodes.forEach(BrokerNode::delete);
    }

    @Override
    public synchronized String toString() {
        return "Kafka at " + bootstrapServers() + " ("
                + nodes.stream().map(BrokerNode::toString).collect(joining("; ")) + ")";
    }

    @GuardedBy("this")
    private BrokerNode node(int nodeId) {
        return nodes.get(nodeId - 1);
    }

    @GuardedBy("this")
    private void start(List<BrokerAddress> starting) throws InterruptedException {
        List<BrokerNode> launched = new ArrayList<>();
        for (BrokerAddress address : starting) {
            launched.add(node(address.nodeId()));
        }
        try (ClusterProbe probe = new ClusterProbe(clusterId, starting)) {
            launched.forEach(BrokerNode::launch);
            awaitAnswer(launched, probe);
        } catch (RuntimeException | InterruptedException e) {
            launched.forEach(BrokerNode::kill);
            throw e;
        }
    }

    private void awaitAnswer(List<BrokerNode> launched, ClusterProbe probe) throws InterruptedException {
        long begin = System.nanoTime();
        while (!probe.answers()) {
            for (BrokerNode node : launched) {
                node.pause(POLL_INTERVAL.dividedBy(launched.size()));
            }
            if (System.nanoTime() - begin > startTimeout.toNanos()) {
                throw launched.get(0).failure("The broker did not answer within " + startTimeout.toSeconds() + " s");
            }
        }
    }

    private synchronized boolean portWasTaken() {
        return nodes.stream().anyMatch(node -> node.log().tellsOfTakenPort());
    }

    private synchronized void discard() {
        nodes.forEach(BrokerNode::kill);
        nodes.forEach(BrokerNode::deleteAll);
    }

    /** Chooses how a {@link LocalKafka} is run. For one thread; can be used for several clusters. */
    public static final class Builder {
        private static final int START_ATTEMPTS = 5;

        private final Map<String, String> properties = new HashMap<>();
        private Path home = BrokerHome.locate();
        private int heapMebibytes = 512;
        private List<String> jvmFlags = List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC");
        private Duration startTimeout = Duration.ofSeconds(60);
        private int brokers = 1;
        private IntFunction<BrokerAddress> addresses = BrokerAddress::choose;
        private @Nullable IntUnaryOperator relayPorts;

        private Builder() {}

        /**
         * Sets a broker property, in place of the default if there is one. What says where the cluster is and of what
         * it consists (listeners, roles, directories) cannot be set: {@link #start} refuses it.
         */
        @CanIgnoreReturnValue
        public Builder property(String key, String value) {
            properties.put(key, value);
            return this;
        }

        /**
         * Adds a listener for clients at a port of 127.0.0.1, with a security protocol of Kafka's ({@code SSL}, {@code
         * SASL_SSL}) whose settings are properties. For a cluster of one broker.
         */
        @CanIgnoreReturnValue
        public Builder listener(String protocol, int port) {
            properties.merge(ServerProperties.FURTHER_LISTENERS, protocol + ":" + port, (all, one) -> all + "," + one);
            return this;
        }

        /** How many nodes the cluster has; 1 by default. */
        @CanIgnoreReturnValue
        public Builder brokers(int count) {
            brokers = count;
            return this;
        }

        /**
         * Gives each node a second listener, at {@link LocalKafka#relayedPort}, for clients that come through a relay.
         * It sends them to the relays of the other nodes, so that whoever cuts a relay cuts all that its clients have
         * to do with the node.
         *
         * @param ports by node id, the port that the relay listens on
         */
        @CanIgnoreReturnValue
        public Builder relays(IntUnaryOperator ports) {
            relayPorts = ports;
            return this;
        }

        /** How many partitions a topic gets that is created without a number; 1 by default. */
        @CanIgnoreReturnValue
        public Builder partitions(int count) {
            return property("num.partitions", Integer.toString(count));
        }

        /** The greatest size of each broker's heap, in MiB; 512 by default. */
        @CanIgnoreReturnValue
        public Builder heap(int mebibytes) {
            heapMebibytes = mebibytes;
            return this;
        }

        /**
         * The broker's JVM flags, heap size aside, in place of the defaults. Those make it start quickly, with the C1
         * compiler and the serial collector; a benchmark wants {@code jvmFlags(List.of())}.
         */
        @CanIgnoreReturnValue
        public Builder jvmFlags(List<String> flags) {
            jvmFlags = List.copyOf(flags);
            return this;
        }

        /**
         * The directory with the broker's jars. By default it is what the system property {@code spillway.broker.home}
         * names, or else the directory {@code broker} beside {@code spillway.jar} or {@code target/classes}.
         */
        @CanIgnoreReturnValue
        public Builder brokerHome(Path directory) {
            home = directory;
            return this;
        }

        /** How long a start may take until the cluster answers; 60 s by default. */
        @CanIgnoreReturnValue
        public Builder startTimeout(Duration timeout) {
            startTimeout = timeout;
            return this;
        }

        /** Where each node listens, by its id; asked again after a port turned out to be taken. */
        @CanIgnoreReturnValue
        Builder addresses(IntFunction<BrokerAddress> source) {
            addresses = source;
            return this;
        }

        /**
         * Starts a cluster with fresh data and returns when it answers.
         *
         * @throws IllegalStateException if there are no broker jars; the message says how to get them
         * @throws IllegalArgumentException if a property was set that the cluster sets itself
         * @throws BrokerFailedException if the broker ends instead, or does not answer in time; its log is kept
         * @throws InterruptedException if the calling thread was interrupted; nothing is left behind then
         */
        public LocalKafka start() throws InterruptedException {
            BrokerSettings settings = settings();
            for (int attempt = 1; ; attempt++) {
                LocalKafka kafka = new LocalKafka(
                        IntStream.rangeClosed(1, brokers).mapToObj(addresses).toList(), settings);
                try {
                    kafka.start();
                    return kafka;
                } catch (RuntimeException | InterruptedException e) {
                    if (attempt == START_ATTEMPTS || !kafka.portWasTaken()) {
                        kafka.close();
                        throw e;
                    }
                    kafka.discard();
                }
            }
        }

        private BrokerSettings settings() {
            List<String> flags = new ArrayList<>(jvmFlags);
            flags.add("-Xmx" + heapMebibytes + "m");
            return new BrokerSettings(BrokerHome.require(home), flags, properties, startTimeout, relayPorts);
        }
    }
}
