package dev.spillway.demo;

import static java.util.stream.Collectors.joining;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.function.IntUnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The {@code server.properties} of a node that is broker and controller in one. */
final class ServerProperties {
    /** The directory for the node's data, within the one that its JVM works in. */
    static final String DATA = "data";

    /** Further listeners as {@code protocol:port}, comma separated; not a property of Kafka's. */
    static final String FURTHER_LISTENERS = "further.listeners";

    private final Properties properties = new Properties();

    /**
     * Composes the properties of {@code self}.
     *
     * @param cluster all nodes, {@code self} among them
     * @param relayPorts by node id, the port of the relay that stands before the node; null without relays
     * @param chosen properties that complete or replace the defaults
     * @throws IllegalArgumentException if {@code chosen} holds a property that follows from the other parameters
     */
    ServerProperties(
            BrokerAddress self,
            List<BrokerAddress> cluster,
            @Nullable IntUnaryOperator relayPorts,
            Map<String, String> chosen) {
        Map<String, String> place = place(self, cluster, relayPorts);
        refuseConflict(chosen.keySet(), place.keySet());
        properties.putAll(quickAndSmall());
        properties.putAll(replication(cluster.size()));
        properties.putAll(chosen);
        properties.putAll(place);
        properties.remove(FURTHER_LISTENERS);
        addListeners(chosen.getOrDefault(FURTHER_LISTENERS, ""));
    }

    /** Brokers and controllers go on among themselves as before. */
    private void addListeners(String protocolsAndPorts) {
        Matcher further = Pattern.compile("(\\w+):(\\d+)").matcher(protocolsAndPorts);
        while (further.find()) {
            String endpoint = further.group(1) + "://" + BrokerAddress.HOST + ":" + further.group(2);
            append("listeners", endpoint);
            append("advertised.listeners", endpoint);
            append("listener.security.protocol.map", further.group(1) + ":" + further.group(1));
        }
    }

    private void append(String key, String value) {
        properties.setProperty(key, properties.getProperty(key) + "," + value);
    }

    void write(Path file) throws IOException {
        try (BufferedWriter out = Files.newBufferedWriter(file)) {
            properties.store(out, null);
        }
    }

    /** A relay has a listener of its own, because clients go where the listener that they came through says. */
    private static Map<String, String> place(
            BrokerAddress self, List<BrokerAddress> cluster, @Nullable IntUnaryOperator relayPorts) {
        String clients = endpoint("PLAINTEXT", self.port());
        String controllers = endpoint("CONTROLLER", self.controllerPort());
        String relayed = relayPorts == null ? "" : "," + endpoint("RELAYED", self.relayedPort());
        String relay = relayPorts == null ? "" : "," + endpoint("RELAYED", relayPorts.applyAsInt(self.nodeId()));
        return Map.of(
                "process.roles",
                "broker,controller",
                "node.id",
                Integer.toString(self.nodeId()),
                "listeners",
                clients + relayed + "," + controllers,
                "advertised.listeners",
                clients + relay,
                "listener.security.protocol.map",
                "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT" + (relayPorts == null ? "" : ",RELAYED:PLAINTEXT"),
                "inter.broker.listener.name",
                "PLAINTEXT",
                "controller.listener.names",
                "CONTROLLER",
                "controller.quorum.voters",
                cluster.stream().map(BrokerAddress::voter).collect(joining(",")),
                "log.dirs",
                DATA);
    }

    private static String endpoint(String listener, int port) {
        return listener + "://" + BrokerAddress.HOST + ":" + port;
    }

    /** On each node, or on three of them; of three any one may be away. */
    private static Map<String, String> replication(int nodes) {
        String replicas = Integer.toString(Math.min(nodes, 3));
        String inSync = Integer.toString(Math.max(1, Math.min(nodes, 3) - 1));
        return Map.of(
                "default.replication.factor",
                replicas,
                "min.insync.replicas",
                inSync,
                "offsets.topic.replication.factor",
                replicas,
                "transaction.state.log.replication.factor",
                replicas,
                "transaction.state.log.min.isr",
                inSync,
                "share.coordinator.state.topic.replication.factor",
                replicas,
                "share.coordinator.state.topic.min.isr",
                inSync);
    }

    /** Few internal partitions and no waiting, so that a start, and the first group in it, is quick. */
    private static Map<String, String> quickAndSmall() {
        return Map.ofEntries(
                // a topic that somebody forgot to create shall be an error, not a topic
                Map.entry("auto.create.topics.enable", "false"),
                Map.entry("offsets.topic.num.partitions", "1"),
                Map.entry("transaction.state.log.num.partitions", "1"),
                Map.entry("share.coordinator.state.topic.num.partitions", "1"),
                Map.entry("group.initial.rebalance.delay.ms", "0"),
                // the default, 128 MiB, is allocated at start and would be a quarter of the heap
                Map.entry("log.cleaner.dedupe.buffer.size", "4194304"));
    }

    private static void refuseConflict(Set<String> chosen, Set<String> fixed) {
        for (String key : chosen) {
            if (fixed.contains(key)) {
                throw new IllegalArgumentException("The local cluster sets '" + key + "' itself");
            }
        }
    }
}
