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
import java.util.regex.Matcher;
import java.util.regex.Pattern;

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
     * @param chosen properties that complete or replace the defaults
     * @throws IllegalArgumentException if {@code chosen} holds a property that follows from the other parameters
     */
    ServerProperties(BrokerAddress self, List<BrokerAddress> cluster, Map<String, String> chosen) {
        Map<String, String> place = place(self, cluster);
        refuseConflict(chosen.keySet(), place.keySet());
        properties.putAll(quickAndSmall());
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

    private static Map<String, String> place(BrokerAddress self, List<BrokerAddress> cluster) {
        String clients = "PLAINTEXT://" + self.endpoint();
        String controllers = "CONTROLLER://" + BrokerAddress.HOST + ":" + self.controllerPort();
        return Map.of(
                "process.roles",
                "broker,controller",
                "node.id",
                Integer.toString(self.nodeId()),
                "listeners",
                clients + "," + controllers,
                "advertised.listeners",
                clients,
                "listener.security.protocol.map",
                "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
                "inter.broker.listener.name",
                "PLAINTEXT",
                "controller.listener.names",
                "CONTROLLER",
                "controller.quorum.voters",
                cluster.stream().map(BrokerAddress::voter).collect(joining(",")),
                "log.dirs",
                DATA);
    }

    /** Few internal partitions, one replica and no waiting, so that a start, and the first group in it, is quick. */
    private static Map<String, String> quickAndSmall() {
        return Map.ofEntries(
                // a topic that somebody forgot to create shall be an error, not a topic
                Map.entry("auto.create.topics.enable", "false"),
                Map.entry("default.replication.factor", "1"),
                Map.entry("min.insync.replicas", "1"),
                Map.entry("offsets.topic.num.partitions", "1"),
                Map.entry("offsets.topic.replication.factor", "1"),
                Map.entry("transaction.state.log.num.partitions", "1"),
                Map.entry("transaction.state.log.replication.factor", "1"),
                Map.entry("transaction.state.log.min.isr", "1"),
                Map.entry("share.coordinator.state.topic.num.partitions", "1"),
                Map.entry("share.coordinator.state.topic.replication.factor", "1"),
                Map.entry("share.coordinator.state.topic.min.isr", "1"),
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
