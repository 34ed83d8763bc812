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
import java.util.function.Supplier;
import org.apache.kafka.common.Uuid;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A real Kafka cluster on this machine: one node, broker and controller in one, in a JVM of its own.
 *
 * <p>It listens on 127.0.0.1 only, keeps its data in a temporary directory, and never outlives this process, not even
 * one that is killed (only the directory then stays behind). Topics are not created automatically.
 *
 * <pre>{@code
 * try (LocalKafka kafka = LocalKafka.builder().partitions(4).start()) {
 *     connect(kafka.bootstrapServers());
 * }
 * }</pre>
 *
 * <p>Thread-safe: starting, stopping and closing exclude each other.
 */
public final class LocalKafka implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LocalKafka.class);
    private static final Duration POLL_INTERVAL = Duration.ofMillis(50);

    private final String clusterId = Uuid.randomUuid().toString();
    private final List<BrokerAddress> cluster;
    private final Path log;
    private final Duration startTimeout;

    @GuardedBy("this")
    private final BrokerNode node;

    private LocalKafka(BrokerAddress address, BrokerSettings settings) {
        cluster = List.of(address);
        startTimeout = settings.startTimeout();
        node = new BrokerNode(clusterId, address, cluster, settings);
        log = node.log().file();
    }

    public static Builder builder() {
        return new Builder();
    }

    /** For {@code bootstrap.servers}; stays the same when the cluster is stopped and started again. */
    public String bootstrapServers() {
        return cluster.stream().map(BrokerAddress::endpoint).collect(joining(","));
    }

    /** The broker's log file. {@link #close} deletes it unless something failed. */
    public Path log() {
        return log;
    }

    /** The broker's process id, or -1 while none runs. */
    public synchronized long pid() {
        return node.pid();
    }

    /**
     * Starts the cluster again, with the data and at the address that it had, and returns when it answers.
     *
     * @throws IllegalStateException if it runs already
     * @throws BrokerFailedException if the broker ends instead, or does not answer in time
     * @throws InterruptedException if the calling thread was interrupted; the cluster is stopped then
     */
    public synchronized void start() throws InterruptedException {
        if (node.isAlive()) {
            throw new IllegalStateException(this + " runs already");
        }
        node.launch();
        try (ClusterProbe probe = new ClusterProbe(clusterId, cluster)) {
            awaitAnswer(probe);
        } catch (RuntimeException | InterruptedException e) {
            node.kill();
            throw e;
        }
    }

    /** Stops the cluster in order, after 20 s by force, and keeps its data. Does nothing if it is stopped. */
    public synchronized void stop() {
        node.stop();
    }

    /**
     * Stops the cluster as a crash would (SIGKILL) and keeps its data. Does nothing if it is stopped.
     *
     * <p>A {@link #start} after that takes longer: the controller does not let the broker back in before the killed
     * one's session has run out, 9 s by Kafka's default of {@code broker.session.timeout.ms}.
     */
    public synchronized void kill() {
        node.kill();
    }

    /**
     * Stops the cluster and deletes its directory. If the broker failed to start, or ended by itself, its log stays,
     * and the exception or a warning says where.
     */
    @Override
    public synchronized void close() {
        if (node.hasEndedByItself()) {
            LOG.warn("{}", this);
        }
        node.stop();
        node.delete();
    }

    @Override
    public synchronized String toString() {
        return "Kafka at " + bootstrapServers() + " (" + node + ")";
    }

    @GuardedBy("this")
    private void awaitAnswer(ClusterProbe probe) throws InterruptedException {
        long begin = System.nanoTime();
        while (!probe.answers()) {
            node.pause(POLL_INTERVAL);
            if (System.nanoTime() - begin > startTimeout.toNanos()) {
                throw node.failure("The broker did not answer within " + startTimeout.toSeconds() + " s");
            }
        }
    }

    private synchronized boolean portWasTaken() {
        return node.log().tellsOfTakenPort();
    }

    private synchronized void discard() {
        node.stop();
        node.deleteAll();
    }

    /** Chooses how a {@link LocalKafka} is run. For one thread; can be used for several clusters. */
    public static final class Builder {
        private static final int START_ATTEMPTS = 5;

        private final Map<String, String> properties = new HashMap<>();
        private Path home = BrokerHome.locate();
        private int heapMebibytes = 512;
        private List<String> jvmFlags = List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC");
        private Duration startTimeout = Duration.ofSeconds(60);
        private Supplier<BrokerAddress> addresses = () -> BrokerAddress.choose(1);

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

        /** How many partitions a topic gets that is created without a number; 1 by default. */
        @CanIgnoreReturnValue
        public Builder partitions(int count) {
            return property("num.partitions", Integer.toString(count));
        }

        /** The greatest size of the broker's heap, in MiB; 512 by default. */
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

        /** Where to listen; asked again after a port turned out to be taken. */
        @CanIgnoreReturnValue
        Builder addresses(Supplier<BrokerAddress> source) {
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
                LocalKafka kafka = new LocalKafka(addresses.get(), settings);
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
            return new BrokerSettings(BrokerHome.require(home), flags, properties, startTimeout);
        }
    }
}
